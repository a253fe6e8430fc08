using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Zephyr.Core.Data.DuckDb;

/// <summary>What DuckDB may use while it reads data files (section <c>data.duck_db</c>). Results do not depend on it.</summary>
public sealed record DuckDbOptions
{
    /// <summary>Most memory of DuckDB's own, in MiB; beyond it DuckDB writes to the stage's working folder or fails.</summary>
    [Description("most memory that DuckDB takes for itself while reading, in MiB")]
    [Range(64, 1048576)]
    [ExecutionSetting]
    public int MemoryLimit { get; init; } = 1024;

    /// <summary>Threads that DuckDB reads with.</summary>
    [Description("threads that DuckDB reads with")]
    [Range(1, 256)]
    [ExecutionSetting]
    public int Threads { get; init; } = 2;
}
