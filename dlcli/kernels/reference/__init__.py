"""The kernels in NumPy: the formulas, vectorised. This is the truth that other backends are tested against."""
