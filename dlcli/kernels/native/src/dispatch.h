// Choice of the instruction set that the kernels use.
#pragma once

#include <string>
#include <vector>

namespace dlcli {

// instruction sets that this build has and this machine can run, widest first
std::vector<std::string> usable_isas();

// Chooses one of them by name; an empty name chooses the widest.
void choose_isa(const std::string& name);

const std::string& chosen_isa();

}  // namespace dlcli
