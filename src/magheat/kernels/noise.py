"""Counter-based noise: normal numbers that depend on (seed, run, particle, step) and on nothing else.

Philox4x32 with ten rounds turns a counter of four words (step, step above 2^32, particle, run) and a key of two (the
seed) into four words (J. K. Salmon et al., SC'11, doi 10.1145/2063384.2063405); Box and Muller make two normal numbers
of two words. Whatever thread or lane asks, in whatever order, gets the same bits.
"""

import math

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from magheat.kernels.lane_type import FLAGS, VECTOR, WIDTH, lanes, sqrt
from magheat.kernels.numba_options import device

ROUNDS = 10
MULTIPLIERS, WEYL = (0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85)
WORDS = ir.VectorType(ir.IntType(64), WIDTH)  # 32 bits in each of W lanes of 64
LOW = 0xFFFFFFFF


def whole(value):
    """The same whole number on every lane."""
    return ir.Constant(WORDS, [value] * WIDTH)


def low_word(builder, value):
    return builder.and_(value, whole(LOW))


def spread_word(builder, scalar, shift):
    """32 bits of a 64-bit number, from bit ``shift`` on, on every lane."""
    word = builder.and_(builder.lshr(scalar, ir.Constant(scalar.type, shift)), ir.Constant(scalar.type, LOW))
    one = builder.insert_element(ir.Constant(WORDS, ir.Undefined), word, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH))


def philox_round(builder, words, key):
    """One round: two products of 32 bits by 32, their halves crossed with the other words and the key.

    Only the low 32 bits of a lane count; what stands above them is not cleared, since the product does not see it.
    """
    first = builder.mul(low_word(builder, words[0]), whole(MULTIPLIERS[0]))
    second = builder.mul(low_word(builder, words[2]), whole(MULTIPLIERS[1]))
    thirty_two = whole(32)
    return [
        builder.xor(builder.xor(builder.lshr(second, thirty_two), words[1]), key[0]),
        second,
        builder.xor(builder.xor(builder.lshr(first, thirty_two), words[3]), key[1]),
        first,
    ]


def philox(builder, counter, key):
    """Four words of noise on every lane from four words of counter and two of key."""
    words = list(counter)
    for _ in range(ROUNDS):
        words = philox_round(builder, words, key)
        key = [builder.add(k, whole(w)) for k, w in zip(key, WEYL, strict=True)]
    return words


def words_at(context, builder, array_type, array, row):
    data = make_array(array_type)(context, builder, array).data
    first = builder.mul(row, ir.Constant(row.type, WIDTH))
    return builder.load(builder.bitcast(builder.gep(data, [first]), WORDS.as_pointer()), align=8)


def open_unit(builder, word):
    """(word + 1/2)/2^32: between 0 and 1, neither of them."""
    half, scale = ir.Constant(VECTOR, [2.0**-33] * WIDTH), ir.Constant(VECTOR, [2.0**-32] * WIDTH)
    return builder.fadd(
        builder.fmul(builder.uitofp(low_word(builder, word), VECTOR), scale, flags=FLAGS), half, flags=FLAGS
    )


@intrinsic
def uniforms(typingctx, step, seed, run, particle, r):
    """Four numbers in (0, 1) on every lane; ``seed`` and ``run`` (1, W), ``particle`` (R, W), int64; ``r``: its row."""
    result = types.UniTuple(lanes, 4)

    def codegen(context, builder, sig, args):
        def words(k, row):
            return words_at(context, builder, sig.args[k], args[k], row)

        zero = ir.Constant(args[4].type, 0)
        seeds = words(1, zero)
        counter = [
            spread_word(builder, args[0], 0),
            spread_word(builder, args[0], 32),
            low_word(builder, words(3, args[4])),
            low_word(builder, words(2, zero)),
        ]
        key = [low_word(builder, seeds), builder.lshr(seeds, whole(32))]
        numbers = [open_unit(builder, word) for word in philox(builder, counter, key)]
        return cgutils.pack_array(builder, numbers)

    return result(types.int64, seed, run, particle, types.intp), codegen


@intrinsic
def exponent_and_mantissa(typingctx, x):
    """k and f with x = 2^k f, 0.75 <= f < 1.5, for normal positive numbers."""

    def codegen(context, builder, sig, args):
        bits = builder.bitcast(args[0], WORDS)
        # Adding a quarter of the mantissa's range carries into the exponent from 1.5 on.
        shifted = builder.add(bits, whole(1 << 51))
        k = builder.sub(builder.lshr(shifted, whole(52)), whole(1023))
        f = builder.bitcast(builder.sub(bits, builder.shl(k, whole(52))), VECTOR)
        return cgutils.pack_array(builder, [builder.sitofp(k, VECTOR), f])

    return types.UniTuple(lanes, 2)(lanes), codegen


@device
def logarithm(x):
    """ln x to 1e-9 of itself for 2^-33 <= x <= 1: 2 artanh((f - 1)/(f + 1)) + k ln 2."""
    k, f = exponent_and_mantissa(x)
    s = (f - 1.0) / (f + 1.0)
    q = s * s
    p = q * q
    series = (1.0 + q * (1 / 3)) + p * ((1 / 5 + q * (1 / 7)) + p * (1 / 9 + q * (1 / 11)))
    return 2.0 * s * series + k * 0.6931471805599453


@device
def direction(x):
    """Cosine and sine of 2 pi x to 2e-8 for 0 < x < 1: series of the half angle on [-pi/2, pi/2], doubled."""
    half = math.pi * (x - 0.5)
    q = half * half
    s = -1 / 6 + q * (1 / 120 + q * (-1 / 5040 + q * (1 / 362880 + q * (-1 / 39916800 + q * (1 / 6227020800)))))
    c = 1 / 24 + q * (-1 / 720 + q * (1 / 40320 + q * (-1 / 3628800 + q * (1 / 479001600))))
    s = half + half * (q * s)
    c = 1.0 + q * (q * c - 0.5)
    return (s + s) * s - 1.0, (s + s) * -c


@device
def box_muller(a, b):
    """Two normal numbers on every lane, from two in (0, 1)."""
    size = sqrt(-2.0 * logarithm(a))
    c, s = direction(b)
    return size * c, size * s
