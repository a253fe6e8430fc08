namespace Zephyr.Core.Data.Mixing;

/// <summary>Changes and drops rows by the settings of section <c>data</c>. Holds what has been seen of one set.</summary>
/// <typeparam name="T">Conversations or pairs.</typeparam>
internal sealed class RowFilters<T>
{
    private readonly IRowShape<T> _shape;
    private readonly DataOptions _options;
    private readonly TextIndex _unwanted;
    private readonly TextIndex _benchmarks;
    private readonly SeenTexts _seen = new();

    /// <summary>Prepares the filters.</summary>
    /// <exception cref="ZephyrException">A file of texts cannot be read.</exception>
    public RowFilters(IRowShape<T> shape, DataOptions options)
    {
        (_shape, _options) = (shape, options);
        _unwanted = new TextIndex(options.DropPhrases);
        var allowed = options.AllowedTexts.Select(NormalizedText.Of).ToHashSet(StringComparer.Ordinal);
        _benchmarks = new TextIndex(options.Decontaminate.SelectMany(file => BenchmarkTexts.Read(file.Path)).Where(text => !allowed.Contains(NormalizedText.Of(text))));
    }

    /// <summary>Rows of which a text was changed by truecasing.</summary>
    public long Truecased { get; private set; }

    /// <summary>Puts a row through the filters.</summary>
    /// <param name="row">The row; afterwards as it is to be used.</param>
    /// <returns>Why it is to be left out; null when it is not.</returns>
    public DropReason? Apply(ref T row)
    {
        if (_options.Truecase == Truecasing.Sentences)
        {
            row = Truecase(row);
        }

        return _shape.Answers(row).Any(_unwanted.IsIn) ? DropReason.UnwantedPhrase
            : _shape.Texts(row).Any(_benchmarks.IsIn) ? DropReason.Contaminated
            : IsNew(row) ? null : DropReason.Duplicate;
    }

    private bool IsNew(T row) => _options.Deduplicate switch
    {
        Deduplication.Row => _seen.Add(_shape.Texts(row)),
        Deduplication.Prompt => _seen.Add(_shape.PromptTexts(row)),
        _ => true,
    };

    private T Truecase(T row)
    {
        var changed = false;
        var result = _shape.Change(row, text =>
        {
            var cased = Truecaser.Apply(text);
            changed |= !ReferenceEquals(cased, text);
            return cased;
        });
        Truecased += changed ? 1 : 0;
        return result;
    }
}
