"""A number that is W numbers: one SIMD register group as a Numba scalar type.

``load(rows, r)`` reads row r of a C-contiguous (R, W) float64 array as one value of type ``lanes``;
``+ - * /`` and unary minus work on it and on floats (which broadcast); ``store(rows, r, value)`` writes it back.
Values live in registers, so no auto-vectoriser and no alias analysis is needed, and a physics function written
as scalar arithmetic compiles for float64 and for lanes alike.  LLVM splits a wide value on narrower machines.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typeconv import Conversion
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_cast, models, register_model
from numba.np.arrayobj import make_array

WIDTH = 16  # 8 doubles fill one AVX-512 register, 16 hide its latency; a constant at compile time
VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
FLAGS = ("contract", "nsz", "arcp", "reassoc")  # not afn: approximate functions would cost the last digits


class Lanes(types.Type):
    """The Numba type of W numbers."""

    def __init__(self):
        super().__init__(name=f"Lanes({WIDTH})")

    def can_convert_from(self, typingctx, other):
        return Conversion.promote if isinstance(other, (types.Float, types.Integer)) else None


lanes = Lanes()


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):
    def __init__(self, manager, fe_type):
        super().__init__(manager, fe_type, VECTOR)


def splat(builder, scalar):
    one = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(one, one, mask)


@lower_cast(types.Float, Lanes)
@lower_cast(types.Integer, Lanes)
def broadcast(context, builder, fromty, toty, value):
    return splat(builder, context.cast(builder, value, fromty, types.float64))


def binary(op, instruction):
    @infer_global(op)
    class Typing(ConcreteTemplate):
        cases = (signature(lanes, lanes, lanes),)

    @lower_builtin(op, lanes, lanes)
    def lower(context, builder, sig, args):
        return getattr(builder, instruction)(*args, flags=FLAGS)


for op, instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    binary(op, instruction)


@infer_global(operator.neg)
class Negative(ConcreteTemplate):
    cases = (signature(lanes, lanes),)


@lower_builtin(operator.neg, lanes)
def negative(context, builder, sig, args):
    return builder.fneg(args[0], flags=FLAGS)


def number(rows):
    """What a row of this array is: one float64 (1-D array) or W of them (2-D)."""
    return types.float64 if rows.ndim == 1 else lanes


def wider(*kinds):
    return lanes if lanes in kinds else types.float64


def row_pointer(context, builder, array_type, array, row):
    data = make_array(array_type)(context, builder, array).data
    if array_type.ndim == 1:
        return builder.gep(data, [row])
    first = builder.mul(row, ir.Constant(row.type, WIDTH))
    return builder.bitcast(builder.gep(data, [first]), VECTOR.as_pointer())


@intrinsic
def load(typingctx, rows, r):
    def codegen(context, builder, sig, args):
        return builder.load(row_pointer(context, builder, sig.args[0], *args), align=8)

    return number(rows)(rows, types.intp), codegen


@intrinsic
def store(typingctx, rows, r, value):
    def codegen(context, builder, sig, args):
        builder.store(args[2], row_pointer(context, builder, sig.args[0], *args[:2]), align=8)
        return context.get_dummy_value()

    return types.void(rows, types.intp, number(rows)), codegen


def call_vector(builder, name, args):
    kind = args[0].type
    suffix = f"v{WIDTH}f64" if isinstance(kind, ir.VectorType) else "f64"
    form = ir.FunctionType(kind, [kind] * len(args))
    return builder.call(cgutils.get_or_insert_function(builder.module, form, f"{name}.{suffix}"), args)


def unary(name):
    @intrinsic
    def call(typingctx, a):
        return wider(a)(wider(a)), lambda context, builder, sig, args: call_vector(builder, name, args)

    return call


def pairwise(name):
    @intrinsic
    def call(typingctx, a, b):
        return wider(a, b)(wider(a, b), wider(a, b)), lambda context, builder, sig, args: call_vector(
            builder, name, args
        )

    return call


def threefold(name):
    @intrinsic
    def call(typingctx, a, b, c):
        kind = wider(a, b, c)
        return kind(kind, kind, kind), lambda context, builder, sig, args: call_vector(builder, name, args)

    return call


#: a b + c rounded once; the compiler may not reorder it, as it may plain arithmetic.
multiply_add_once = threefold("llvm.fma")
sqrt, floor = unary("llvm.sqrt"), unary("llvm.floor")
smaller, larger = pairwise("llvm.minnum"), pairwise("llvm.maxnum")


@intrinsic
def where_less_equal(typingctx, a, b, yes, no):
    """yes where a <= b, else no, lane by lane."""

    def codegen(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered("<=", args[0], args[1]), args[2], args[3])

    kind = wider(a, b, yes, no)
    return kind(kind, kind, kind, kind), codegen


def any_lane(builder, flags):
    """One bit: is any of W bits set."""
    if not isinstance(flags.type, ir.VectorType):
        return flags
    whole = builder.bitcast(flags, ir.IntType(WIDTH))
    return builder.icmp_unsigned("!=", whole, ir.Constant(ir.IntType(WIDTH), 0))


@intrinsic
def any_less_equal(typingctx, a, b):
    """True where a <= b on at least one lane."""

    def codegen(context, builder, sig, args):
        return any_lane(builder, builder.fcmp_ordered("<=", args[0], args[1]))

    kind = wider(a, b)
    return types.boolean(kind, kind), codegen


def fold_lanes(builder, value, combine):
    """Combine the W numbers by halves, always in the same order; the result stands on every lane."""
    width = WIDTH
    while width > 1:
        width //= 2
        turned = [(lane + width) % WIDTH for lane in range(WIDTH)]
        mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), turned)
        value = combine(value, builder.shuffle_vector(value, value, mask))
    return value


@intrinsic
def largest_everywhere(typingctx, a):
    """The largest of the W numbers, on every lane."""

    def codegen(context, builder, sig, args):
        return fold_lanes(builder, args[0], lambda x, y: call_vector(builder, "llvm.maxnum", [x, y]))

    return lanes(lanes), codegen


@intrinsic
def sum_everywhere(typingctx, a):
    """The sum of the W numbers, on every lane, always added in the same order."""

    def codegen(context, builder, sig, args):
        return fold_lanes(builder, args[0], builder.fadd)

    return lanes(lanes), codegen


@intrinsic
def power_of_two(typingctx, k):
    """2 to the power k for whole numbers -1022 <= k <= 1023, by writing k into the exponent's bits."""

    def codegen(context, builder, sig, args):
        kind = args[0].type
        wide = isinstance(kind, ir.VectorType)
        whole = ir.VectorType(ir.IntType(64), WIDTH) if wide else ir.IntType(64)
        constant = (lambda n: ir.Constant(whole, [n] * WIDTH)) if wide else (lambda n: ir.Constant(whole, n))
        biased = builder.add(builder.fptosi(args[0], whole), constant(1023))
        return builder.bitcast(builder.shl(biased, constant(52)), kind)

    return wider(k)(wider(k)), codegen


@intrinsic
def take_next(typingctx, counter):
    """Value of counter[0] before one was added to it, safe between threads."""

    def codegen(context, builder, sig, args):
        data = make_array(sig.args[0])(context, builder, args[0]).data
        return builder.atomic_rmw("add", data, ir.Constant(ir.IntType(64), 1), "seq_cst")

    return types.int64(counter), codegen
