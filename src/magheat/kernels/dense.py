"""Small dense linear algebra that allocates nothing: vectors of three, rows of them, a Cholesky factor."""

import math

from magheat.kernels.numba_options import device, kernel


@device
def product(a, b):
    """Scalar product of two vectors."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@kernel
def cholesky(a, shift):
    """Factor a + shift in place (lower triangle); false when it is not positive definite."""
    for i in range(a.shape[0]):
        for j in range(i):
            a[i, j] = (a[i, j] - row_product(a, i, j, j)) / a[j, j]
        pivot = a[i, i] + shift - row_product(a, i, i, i)
        if not pivot > 0.0:
            return False
        a[i, i] = math.sqrt(pivot)
    return True


@kernel
def solve(factor, x):
    """Solve in place with a Cholesky factor."""
    n = x.shape[0]
    for i in range(n):
        for j in range(i):
            x[i] -= factor[i, j] * x[j]
        x[i] /= factor[i, i]
    for i in range(n - 1, -1, -1):
        x[i] /= factor[i, i]
        for j in range(i):
            x[j] -= factor[i, j] * x[i]


@device
def row_product(a, i, j, stop):
    """Scalar product of the first entries of two rows."""
    total = 0.0
    for k in range(stop):
        total += a[i, k] * a[j, k]
    return total


@device
def length2(x):
    """Squared length of a vector of any size."""
    total = 0.0
    for r in range(x.shape[0]):
        total += x[r] * x[r]
    return total


@device
def copy(to, of):
    """Copy the rows of an array into another."""
    for i in range(to.shape[0]):
        for c in range(3):
            to[i, c] = of[i, c]


@device
def normalise(v):
    """Bring a vector to length one."""
    scale = 1.0 / math.sqrt(product(v, v))
    for c in range(3):
        v[c] *= scale


@device
def largest(vectors):
    """Largest length of a row."""
    most = 0.0
    for i in range(vectors.shape[0]):
        most = max(most, product(vectors[i], vectors[i]))
    return math.sqrt(most)


@device
def largest_distance(a, b):
    """Largest distance between the rows of two arrays."""
    most = 0.0
    for i in range(a.shape[0]):
        x, y, z = a[i, 0] - b[i, 0], a[i, 1] - b[i, 1], a[i, 2] - b[i, 2]
        most = max(most, x * x + y * y + z * z)
    return math.sqrt(most)
