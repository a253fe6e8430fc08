using Zephyr.Core.Chat.Jinja.Lexing;

namespace Zephyr.Core.Chat.Jinja.Syntax;

/// <summary>Parses what values are assigned to, and parameters of macros.</summary>
/// <param name="reader">The tokens.</param>
internal sealed class TargetParser(TokenReader reader)
{
    private static readonly string[] s_reserved = ["true", "True", "false", "False", "none", "None", "in", "if", "is", "not", "and", "or", "else"];

    /// <summary>Parses a target or several with commas.</summary>
    public AssignmentTarget Parse(bool allowNamespace)
    {
        var first = ParseOne(allowNamespace);
        if (!reader.Is(","))
        {
            return first;
        }

        var items = new List<AssignmentTarget> { first };
        while (reader.TryTake(",") && (reader.Current.Kind == TokenKind.Name || reader.Is("(")) && !reader.IsName("in"))
        {
            items.Add(ParseOne(allowNamespace));
        }

        return new TupleTarget(first.Position, items);
    }

    /// <summary>Parses one target.</summary>
    public AssignmentTarget ParseOne(bool allowNamespace)
    {
        if (reader.TryTake("("))
        {
            reader.Enter();
            var inside = Parse(allowNamespace);
            reader.Leave();
            reader.Expect(")");
            return inside;
        }

        var name = Name();
        if (allowNamespace && reader.TryTake("."))
        {
            return new NamespaceTarget(name.Position, name.Value, reader.Expect(TokenKind.Name, "a name").Value);
        }

        return new VariableTarget(name.Position, name.Value);
    }

    /// <summary>Parses the parameters of a macro, brackets included.</summary>
    public IReadOnlyList<Parameter> ParseParameters(ExpressionParser expressions)
    {
        var parameters = new List<Parameter>();
        reader.Expect("(");
        while (!reader.Is(")"))
        {
            var name = Name();
            var standard = reader.TryTake("=") ? expressions.Parse() : null;
            if (standard is null && parameters.Count > 0 && parameters[^1].Default is not null)
            {
                throw reader.Fault(name, "a parameter without a default must stand before those with one");
            }

            parameters.Add(new Parameter(name.Value, standard));
            if (!reader.TryTake(","))
            {
                break;
            }
        }

        reader.Expect(")");
        return parameters;
    }

    private Token Name()
    {
        var name = reader.Expect(TokenKind.Name, "a name");
        return s_reserved.Contains(name.Value, StringComparer.Ordinal) ? throw reader.Fault(name, $"nothing can be assigned to '{name.Value}'") : name;
    }
}
