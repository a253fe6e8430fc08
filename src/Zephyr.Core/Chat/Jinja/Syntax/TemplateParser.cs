using Zephyr.Core.Chat.Jinja.Lexing;

namespace Zephyr.Core.Chat.Jinja.Syntax;

/// <summary>Parses a whole template into statements.</summary>
internal sealed class TemplateParser
{
    private readonly TokenReader _reader;
    private readonly ExpressionParser _expressions;
    private readonly TargetParser _targets;
    private readonly Stack<string> _open = new();
    private int _loops;

    private TemplateParser(TokenReader reader)
    {
        _reader = reader;
        _expressions = new ExpressionParser(reader);
        _targets = new TargetParser(reader);
    }

    /// <summary>Parses a template.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <param name="limits">Length and depth.</param>
    /// <exception cref="ChatTemplateException">It is no template, or uses what this interpreter does not do.</exception>
    public static IReadOnlyList<Statement> Parse(string name, string text, TemplateLimits limits)
    {
        var source = new SourceText(name, text);
        if (text.Length > limits.TemplateLength)
        {
            throw source.Fault(0, $"the template has {text.Length} characters; it may have at most {limits.TemplateLength}");
        }

        var parser = new TemplateParser(new TokenReader(name, TemplateLexer.Read(source), limits));
        return parser.Body();
    }

    /// <summary>Parses statements up to one of some closing words, which stays unread after its <c>{%</c>.</summary>
    private List<Statement> Body(params string[] ends)
    {
        var statements = new List<Statement>();
        while (true)
        {
            var token = _reader.Current;
            switch (token.Kind)
            {
                case TokenKind.Data:
                    _reader.Take();
                    statements.Add(new PlainText(token.Position, token.Value));
                    break;
                case TokenKind.VariableBegin:
                    _reader.Take();
                    statements.Add(new Output(token.Position, _expressions.ParseTuple(allowCondition: true, () => _reader.Current.Kind == TokenKind.VariableEnd)));
                    _reader.Expect(TokenKind.VariableEnd, "'}}'");
                    break;
                case TokenKind.BlockBegin when _reader.Next.Kind == TokenKind.Name && ends.Contains(_reader.Next.Value, StringComparer.Ordinal):
                    _reader.Take();
                    return statements;
                case TokenKind.BlockBegin:
                    _reader.Take();
                    statements.Add(Tag(token));
                    break;
                case TokenKind.End when ends.Length == 0:
                    return statements;
                default:
                    throw _reader.Fault($"the template ends inside '{_open.Peek()}'; close it with {string.Join(" or ", ends)}");
            }
        }
    }

    private Statement Tag(Token begin)
    {
        var word = _reader.Expect(TokenKind.Name, "the name of a tag");
        _reader.Enter();
        _open.Push(word.Value);
        Statement statement = word.Value switch
        {
            "if" => ParseIf(begin),
            "for" => ParseFor(begin),
            "set" => ParseSet(begin),
            "macro" => ParseMacro(begin),
            "call" => ParseCall(begin),
            "filter" => ParseFilter(begin),
            "with" => ParseWith(begin),
            "generation" => new GenerationBlock(begin.Position, Closed("endgeneration")),
            "break" or "continue" => ParseLoopControl(begin, word),
            "include" or "import" or "from" or "extends" or "block" or "autoescape" or "do" or "trans" => throw _reader.Fault(
                word, $"the tag '{word.Value}' has no place in a chat template; write what it does out here"),
            _ when word.Value.StartsWith("end", StringComparison.Ordinal) || word.Value is "else" or "elif" => throw _reader.Fault(
                word, _open.Count > 1 ? $"'{word.Value}' stands here, but '{_open.ElementAt(1)}' is open" : $"'{word.Value}' closes nothing; remove it"),
            _ => throw _reader.Fault(word, $"there is no tag '{word.Value}'"),
        };
        _open.Pop();
        _reader.Leave();
        return statement;
    }

    private If ParseIf(Token begin)
    {
        var branches = new List<(Expression?, IReadOnlyList<Statement>)>();
        var condition = Condition();
        while (true)
        {
            EndTag();
            var body = Body("elif", "else", "endif");
            branches.Add((condition, body));
            var word = _reader.Take().Value;
            if (word == "endif")
            {
                break;
            }

            if (word == "else")
            {
                branches.Add((null, Closed("endif")));
                return new If(begin.Position, branches);
            }

            condition = Condition();
        }

        EndTag();
        return new If(begin.Position, branches);
    }

    private Expression Condition() => _expressions.ParseTuple(allowCondition: false, AtTagEnd);

    private For ParseFor(Token begin)
    {
        var target = _targets.Parse(allowNamespace: false);
        _reader.ExpectName("in");
        var items = _expressions.ParseTuple(allowCondition: false, AtTagEnd);
        var filter = _reader.TryTakeName("if") ? _expressions.Parse() : null;
        var recursive = _reader.TryTakeName("recursive");
        EndTag();
        _loops++;
        var body = Body("else", "endfor");
        _loops--;
        IReadOnlyList<Statement> otherwise = [];
        if (_reader.Take().Value == "else")
        {
            otherwise = Closed("endfor");
        }
        else
        {
            EndTag();
        }

        return new For(begin.Position, target, items, filter, recursive, body, otherwise);
    }

    private Statement ParseSet(Token begin)
    {
        var target = _targets.Parse(allowNamespace: true);
        if (_reader.TryTake("="))
        {
            var value = _expressions.ParseTuple(allowCondition: true, AtTagEnd);
            EndTag();
            return new Set(begin.Position, target, value);
        }

        var filter = _expressions.ParseFilters(null);
        return new SetBlock(begin.Position, target, filter, Closed("endset"));
    }

    private MacroDefinition ParseMacro(Token begin)
    {
        var name = _reader.Expect(TokenKind.Name, "the name of the macro").Value;
        var parameters = _targets.ParseParameters(_expressions);
        return new MacroDefinition(begin.Position, name, parameters, OutsideLoops("endmacro"));
    }

    private CallBlock ParseCall(Token begin)
    {
        IReadOnlyList<Parameter> parameters = _reader.Is("(") ? _targets.ParseParameters(_expressions) : [];
        var called = _expressions.Parse();
        return called is Call call
            ? new CallBlock(begin.Position, parameters, call, OutsideLoops("endcall"))
            : throw _reader.Fault(begin, "the tag 'call' must call a macro, as in {% call name() %}");
    }

    private FilterBlock ParseFilter(Token begin)
    {
        var filter = _expressions.ParseFilters(_expressions.ParseFilter())!;
        return new FilterBlock(begin.Position, filter, Closed("endfilter"));
    }

    private With ParseWith(Token begin)
    {
        var assignments = new List<(AssignmentTarget, Expression)>();
        while (!AtTagEnd())
        {
            var target = _targets.ParseOne(allowNamespace: false);
            _reader.Expect("=");
            assignments.Add((target, _expressions.Parse()));
            if (!_reader.TryTake(","))
            {
                break;
            }
        }

        return new With(begin.Position, assignments, Closed("endwith"));
    }

    private LoopControl ParseLoopControl(Token begin, Token word)
    {
        if (_loops == 0)
        {
            throw _reader.Fault(word, $"'{word.Value}' stands outside a loop; remove it");
        }

        EndTag();
        return new LoopControl(begin.Position, word.Value == "break");
    }

    /// <summary>The body of a macro does not belong to the loop around it.</summary>
    private List<Statement> OutsideLoops(string end)
    {
        var loops = _loops;
        _loops = 0;
        var body = Closed(end);
        _loops = loops;
        return body;
    }

    /// <summary>Ends the opening tag, reads the body and the whole closing tag.</summary>
    private List<Statement> Closed(string end)
    {
        EndTag();
        var body = Body(end);
        _reader.Take();
        if (end == "endmacro" && _reader.Current.Kind == TokenKind.Name)
        {
            _reader.Take();
        }

        EndTag();
        return body;
    }

    private void EndTag() => _reader.Expect(TokenKind.BlockEnd, "'%}'");

    private bool AtTagEnd() => _reader.Current.Kind == TokenKind.BlockEnd;
}
