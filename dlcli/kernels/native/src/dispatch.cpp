#include "dispatch.h"

#include <stdexcept>

#include "kernels.h"

namespace dlcli {

#ifdef DLCLI_HAS_AVX512
namespace avx512 { extern const Kernels table; }
#endif
#ifdef DLCLI_HAS_AVX2
namespace avx2 { extern const Kernels table; }
#endif
#ifdef DLCLI_HAS_SSE2
namespace sse2 { extern const Kernels table; }
#endif
#ifdef DLCLI_HAS_NEON
namespace neon { extern const Kernels table; }
#endif
#ifdef DLCLI_HAS_GENERIC
namespace generic { extern const Kernels table; }
#endif

namespace {

struct Isa {
  std::string name;
  bool usable;
  const Kernels* table;
};

// widest first
const std::vector<Isa>& isas() {
  static const std::vector<Isa> all = {
#ifdef DLCLI_HAS_AVX512
      {"avx512",
       __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"),
       &avx512::table},
#endif
#ifdef DLCLI_HAS_AVX2
      {"avx2", __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"),
       &avx2::table},
#endif
#ifdef DLCLI_HAS_SSE2
      {"sse2", true, &sse2::table},
#endif
#ifdef DLCLI_HAS_NEON
      {"neon", true, &neon::table},
#endif
#ifdef DLCLI_HAS_GENERIC
      {"generic", true, &generic::table},
#endif
  };
  return all;
}

// Chosen once at import: a call through the table costs one indirect jump.
const Isa* chosen = nullptr;

}  // namespace

std::vector<std::string> usable_isas() {
  std::vector<std::string> names;
  for (const Isa& isa : isas())
    if (isa.usable) names.push_back(isa.name);
  return names;
}

void choose_isa(const std::string& name) {
  for (const Isa& isa : isas())
    if (isa.usable && (name.empty() || name == isa.name)) {
      chosen = &isa;
      return;
    }
  std::string known;
  for (const std::string& usable : usable_isas()) known += (known.empty() ? "" : ", ") + usable;
  throw std::invalid_argument("this machine and build have no instruction set " + name + "; they have " + known);
}

const std::string& chosen_isa() { return chosen->name; }

const Kernels& kernels() { return *chosen->table; }

}  // namespace dlcli
