namespace TorchSharp;

public static partial class torch
{
    // Reductions over one dimension, spelled without an array.
    public partial class Tensor
    {
        /// <summary>Sums over one dimension; with keepdim it stays, of size 1.</summary>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);

        /// <summary>Means over one dimension; with keepdim it stays, of size 1.</summary>
        public Tensor mean(long dim, bool keepdim = false, ScalarType? type = null) => mean([dim], keepdim, type);
    }
}
