using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Zephyr.Experiments.Configuration;

/// <summary>Reads one YAML document into nodes that know their place. Duplicate keys are reported; anchors and tags are refused.</summary>
public sealed class YamlSettingReader
{
    private const int DeepestNesting = 32;
    private readonly string _source;
    private readonly string _folder;
    private readonly List<ConfigurationProblem> _problems;

    private YamlSettingReader(string source, string folder, List<ConfigurationProblem> problems)
    {
        _source = source;
        _folder = folder;
        _problems = problems;
    }

    /// <summary>Reads a document.</summary>
    /// <param name="text">The YAML text.</param>
    /// <param name="source">Display name of the file.</param>
    /// <param name="folder">Folder that relative paths in it count from.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>The document; null when it is empty or cannot be read.</returns>
    public static SettingNode? Read(string text, string source, string folder, List<ConfigurationProblem> problems)
    {
        var reader = new YamlSettingReader(source, folder, problems);
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                return null;
            }

            parser.Consume<DocumentStart>();
            var node = reader.ReadNode(parser, "", 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
            {
                reader.Report(parser.Current?.Start ?? Mark.Empty, "", "a second document; an experiment is one YAML document");
            }

            return node;
        }
        catch (YamlException failure)
        {
            reader.Report(failure.Start, "", $"cannot be read as YAML: {failure.Message}");
            return null;
        }
    }

    private SettingNode ReadNode(IParser parser, string path, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new YamlException(parser.Current!.Start, parser.Current.End, $"nested more than {DeepestNesting} deep");
        }

        switch (parser.Current)
        {
            case NodeEvent { Anchor.IsEmpty: false } anchored:
                throw new YamlException(anchored.Start, anchored.End, "anchors are not supported: use extends to share settings");
            case NodeEvent { Tag.IsEmpty: false } tagged when tagged.Tag != "!":
                throw new YamlException(tagged.Start, tagged.End, "tags are not supported");
            case AnchorAlias alias:
                throw new YamlException(alias.Start, alias.End, "aliases are not supported: use extends to share settings");
            case Scalar scalar:
                parser.MoveNext();
                return new SettingScalar(Origin(scalar.Start), scalar.Value, scalar.Style is not ScalarStyle.Plain);
            case SequenceStart start:
                return ReadList(parser, start, path, depth);
            case MappingStart start:
                return ReadMap(parser, start, path, depth);
            default:
                throw new YamlException(parser.Current!.Start, parser.Current.End, "unexpected content");
        }
    }

    private SettingList ReadList(IParser parser, SequenceStart start, string path, int depth)
    {
        parser.MoveNext();
        var items = new List<SettingNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(parser, $"{path}[{items.Count}]", depth + 1));
        }

        return new SettingList(Origin(start.Start), items);
    }

    private SettingMap ReadMap(IParser parser, MappingStart start, string path, int depth)
    {
        parser.MoveNext();
        var entries = new List<SettingEntry>();
        var seen = new Dictionary<string, SettingOrigin>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                throw new YamlException(parser.Current!.Start, parser.Current.End, "a key must be one word");
            }

            var origin = Origin(key.Start);
            var name = path.Length == 0 ? key.Value : $"{path}.{key.Value}";
            var value = ReadNode(parser, name, depth + 1);
            if (seen.TryGetValue(key.Value, out var first))
            {
                _problems.Add(new ConfigurationProblem(origin, name, $"set twice; the first time at line {first.Line}"));
                continue;
            }

            seen.Add(key.Value, origin);
            entries.Add(new SettingEntry(key.Value, origin, value));
        }

        return new SettingMap(Origin(start.Start), entries);
    }

    private void Report(Mark mark, string key, string message) => _problems.Add(new ConfigurationProblem(Origin(mark), key, message));

    private SettingOrigin Origin(Mark mark) => new(_source, (int)mark.Line, (int)mark.Column, _folder);
}
