"""The kernels in NumPy: the formulas, vectorized. This is the truth that other backends are tested against."""
