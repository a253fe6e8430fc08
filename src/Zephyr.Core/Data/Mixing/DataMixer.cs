using System.Globalization;
using Zephyr.Core.Chat;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Data.Mixing;

/// <summary>
/// Makes the training and the held-out set of an experiment from its sources. Test sources come first and whole, so that with
/// deduplication no training row repeats a held-out one; then the training sources in their order, each as far as its fraction says;
/// the training set is shuffled with the seed. Without test sources a seeded share of the rows is held out. Rows pass through one at a
/// time: memory holds some 50 bytes a row, whatever the size of the data.
/// </summary>
/// <param name="options">Section <c>data</c>; the paths of its sources are local.</param>
/// <param name="seed">The experiment's seed.</param>
/// <param name="workFolder">An existing folder for temporary files.</param>
public sealed class DataMixer(DataOptions options, ulong seed, string workFolder)
{
    private readonly ReadingOptions _reading = new()
    {
        DuckDb = options.DuckDb,
        UltraFeedback = options.UltraFeedback,
        Seed = seed,
        WorkFolder = workFolder,
    };

    /// <summary>Makes the conversations of dSFT.</summary>
    /// <param name="train">File for the training rows.</param>
    /// <param name="heldOut">File for the held-out rows.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="DataFormatException">A file is damaged, or a row is not of the format.</exception>
    /// <exception cref="ZephyrException">A file cannot be read.</exception>
    public MixReport WriteConversations(string train, string heldOut, CancellationToken cancellationToken) => Mix(
        "sft", options.Sft, new ConversationShape(), (source, drops) => ConversationReader.Read(source, drops, _reading), train, heldOut, cancellationToken);

    /// <summary>Makes the pairs of dDPO.</summary>
    /// <inheritdoc cref="WriteConversations"/>
    public MixReport WritePairs(string train, string heldOut, CancellationToken cancellationToken) => Mix(
        "preferences", options.Preferences, new PairShape(), (source, drops) => PreferenceReader.Read(source, drops, _reading).Select(pair => Named(pair, source)), train, heldOut, cancellationToken);

    // A mix says of every pair which of its sources it is from; the place in the settings, because paths differ between machines.
    private PreferencePair Named(PreferencePair pair, DataFileOptions source) => pair.Source is null && options.Preferences.Count > 1
        ? pair with { Source = string.Create(CultureInfo.InvariantCulture, $"data.preferences[{options.Preferences.ToList().IndexOf(source)}]") }
        : pair;

    private MixReport Mix<T>(
        string name,
        IReadOnlyList<DataFileOptions> sources,
        IRowShape<T> shape,
        Func<DataFileOptions, DropCounts, IEnumerable<T>> read,
        string train,
        string heldOut,
        CancellationToken cancellationToken)
    {
        using var spool = new RowSpool<T>(Path.Combine(workFolder, name + ".spool"), shape);
        var filters = new RowFilters<T>(shape, options);
        var drops = new DropCounts();
        var testRows = 0;
        foreach (var source in sources.OrderBy(source => source.Split == DataSplit.Test ? 0 : 1))
        {
            foreach (var item in read(source, drops))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var row = item;
                if (filters.Apply(ref row) is { } reason)
                {
                    drops.Add(reason);
                    continue;
                }

                spool.Add(row);
            }

            testRows = source.Split == DataSplit.Test ? spool.Count : testRows;
        }

        var hasTest = sources.Any(source => source.Split == DataSplit.Test);
        var isHeldOut = HeldOut(name, spool.Count, hasTest ? testRows : null);
        var heldOutRows = Enumerable.Range(0, spool.Count).Where(row => isHeldOut[row]).ToArray();
        var trainRows = Enumerable.Range(0, spool.Count).Where(row => !isHeldOut[row]).ToArray();
        if (options.Shuffle)
        {
            new SeededRandom(seed, $"download/{name}/order").Shuffle<int>(trainRows);
        }

        spool.WriteTo(heldOut, heldOutRows, cancellationToken);
        spool.WriteTo(train, trainRows, cancellationToken);
        return new MixReport(trainRows.Length, heldOutRows.Length, filters.Truecased, drops);
    }

    // The rows of test sources stand first in the spool.
    private bool[] HeldOut(string name, int count, int? testRows)
    {
        var heldOut = new bool[count];
        if (testRows is { } rows)
        {
            heldOut.AsSpan(0, rows).Fill(true);
            return heldOut;
        }

        foreach (var row in new SeededRandom(seed, $"download/{name}").Permutation(count).Take((int)(count * options.HeldOutFraction)))
        {
            heldOut[row] = true;
        }

        return heldOut;
    }
}
