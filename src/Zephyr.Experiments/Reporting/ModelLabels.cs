using Zephyr.Core.Evaluation;

namespace Zephyr.Experiments.Reporting;

/// <summary>How models are named and coloured for people.</summary>
internal static class ModelLabels
{
    /// <summary>The name shown.</summary>
    /// <param name="model">One of <see cref="ModelNames"/>.</param>
    /// <returns>The name in the paper's words; the name itself for another model.</returns>
    public static string Label(string model) => model switch
    {
        ModelNames.Base => "base",
        ModelNames.Dsft => "dSFT",
        ModelNames.Dsft2 => "dSFT-2",
        ModelNames.Ddpo => "dDPO",
        ModelNames.DdpoWithoutDsft => "dDPO without dSFT",
        ModelNames.Reference => "reference",
        _ => model,
    };

    /// <summary>A name of the program's as words: <c>follow_up</c> is <c>follow up</c>.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The words.</returns>
    public static string Words(string name) => name.Replace('_', ' ');

    /// <summary>The colour class.</summary>
    /// <param name="model">One of <see cref="ModelNames"/>.</param>
    /// <returns>A class of the style sheet.</returns>
    public static string Color(string model) => model switch
    {
        ModelNames.Dsft => "c0",
        ModelNames.Ddpo => "c1",
        ModelNames.Base => "c2",
        ModelNames.DdpoWithoutDsft => "c3",
        ModelNames.Dsft2 => "c5",
        _ => "c4",
    };
}
