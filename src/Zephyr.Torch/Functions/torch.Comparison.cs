namespace TorchSharp;

// Comparisons: element by element into bool tensors, and as a whole.
public static partial class torch
{
    /// <inheritdoc cref="Tensor.eq(Tensor)"/>
    public static Tensor eq(Tensor input, Tensor other) => input.eq(other);

    /// <inheritdoc cref="Tensor.eq(Scalar)"/>
    public static Tensor eq(Tensor input, Scalar other) => input.eq(other);

    /// <inheritdoc cref="Tensor.ne(Tensor)"/>
    public static Tensor ne(Tensor input, Tensor other) => input.ne(other);

    /// <inheritdoc cref="Tensor.ne(Scalar)"/>
    public static Tensor ne(Tensor input, Scalar other) => input.ne(other);

    /// <inheritdoc cref="Tensor.lt(Tensor)"/>
    public static Tensor lt(Tensor input, Tensor other) => input.lt(other);

    /// <inheritdoc cref="Tensor.lt(Scalar)"/>
    public static Tensor lt(Tensor input, Scalar other) => input.lt(other);

    /// <inheritdoc cref="Tensor.le(Tensor)"/>
    public static Tensor le(Tensor input, Tensor other) => input.le(other);

    /// <inheritdoc cref="Tensor.le(Scalar)"/>
    public static Tensor le(Tensor input, Scalar other) => input.le(other);

    /// <inheritdoc cref="Tensor.gt(Tensor)"/>
    public static Tensor gt(Tensor input, Tensor other) => input.gt(other);

    /// <inheritdoc cref="Tensor.gt(Scalar)"/>
    public static Tensor gt(Tensor input, Scalar other) => input.gt(other);

    /// <inheritdoc cref="Tensor.ge(Tensor)"/>
    public static Tensor ge(Tensor input, Tensor other) => input.ge(other);

    /// <inheritdoc cref="Tensor.ge(Scalar)"/>
    public static Tensor ge(Tensor input, Scalar other) => input.ge(other);

    /// <inheritdoc cref="Tensor.equal(Tensor)"/>
    public static bool equal(Tensor input, Tensor target) => input.equal(target);

    /// <inheritdoc cref="Tensor.allclose(Tensor, double, double, bool)"/>
    public static bool allclose(Tensor input, Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => input.allclose(target, rtol, atol, equal_nan);
}
