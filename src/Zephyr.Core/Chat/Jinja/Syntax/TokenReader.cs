using Zephyr.Core.Chat.Jinja.Lexing;

namespace Zephyr.Core.Chat.Jinja.Syntax;

/// <summary>Walks the tokens of a template and bounds how deep its syntax nests.</summary>
/// <param name="name">Name of the template.</param>
/// <param name="tokens">Its tokens, an end token last.</param>
/// <param name="limits">Depth of nesting.</param>
internal sealed class TokenReader(string name, List<Token> tokens, TemplateLimits limits)
{
    private int _at;
    private int _depth;

    /// <summary>The token to read next.</summary>
    public Token Current => tokens[_at];

    /// <summary>The one after it.</summary>
    public Token Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>Reads a token.</summary>
    public Token Take()
    {
        var token = tokens[_at];
        _at = Math.Min(_at + 1, tokens.Count - 1);
        return token;
    }

    /// <summary>Whether the next token is an operator.</summary>
    public bool Is(string symbol) => Current.Kind == TokenKind.Operator && Current.Value == symbol;

    /// <summary>Whether the next token is a keyword.</summary>
    public bool IsName(string word) => Current.Kind == TokenKind.Name && Current.Value == word;

    /// <summary>Reads an operator if it is next.</summary>
    public bool TryTake(string symbol)
    {
        var found = Is(symbol);
        if (found)
        {
            Take();
        }

        return found;
    }

    /// <summary>Reads a keyword if it is next.</summary>
    public bool TryTakeName(string word)
    {
        var found = IsName(word);
        if (found)
        {
            Take();
        }

        return found;
    }

    /// <summary>Reads an operator that must be next.</summary>
    public Token Expect(string symbol) => Is(symbol) ? Take() : throw Expected($"'{symbol}'");

    /// <summary>Reads a keyword that must be next.</summary>
    public Token ExpectName(string word) => IsName(word) ? Take() : throw Expected($"'{word}'");

    /// <summary>Reads a token of a kind that must be next.</summary>
    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Take() : throw Expected(what);

    /// <summary>Goes one level deeper; undone by <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > limits.SyntaxDepth)
        {
            throw Fault($"expressions or blocks nest more than {limits.SyntaxDepth} deep here; take the template apart with set");
        }
    }

    /// <summary>Comes back up.</summary>
    /// <param name="levels">How many levels.</param>
    public void Leave(int levels = 1) => _depth -= levels;

    /// <summary>The fault that something else was expected here.</summary>
    public ChatTemplateException Expected(string what) => Fault($"{what} is expected here, but there is {Describe(Current)}");

    /// <summary>A fault at the next token.</summary>
    public ChatTemplateException Fault(string message) => Fault(Current, message);

    /// <summary>A fault at a token.</summary>
    public ChatTemplateException Fault(Token token, string message) => new(name, token.Position, message);

    private static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.Data => "text",
        TokenKind.VariableBegin => "'{{'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.Text => "a string",
        _ => $"'{token.Value}'",
    };
}
