using Zephyr.Core.Chat.Jinja.Values;
using Zephyr.Core.Json;

namespace Zephyr.Core.Chat.Jinja.Syntax;

/// <summary>An expression of a template.</summary>
/// <param name="Position">Where it stands.</param>
internal abstract record Expression(TextPosition Position);

/// <summary>A value written out.</summary>
internal sealed record Literal(TextPosition Position, JinjaValue Value) : Expression(Position);

/// <summary>A variable.</summary>
internal sealed record Variable(TextPosition Position, string Name) : Expression(Position);

/// <summary><c>[a, b]</c>, or a tuple.</summary>
internal sealed record ListExpression(TextPosition Position, IReadOnlyList<Expression> Items, bool IsTuple) : Expression(Position);

/// <summary><c>{a: b}</c>.</summary>
internal sealed record DictExpression(TextPosition Position, IReadOnlyList<(Expression Key, Expression Value)> Items) : Expression(Position);

/// <summary><c>target.name</c>.</summary>
internal sealed record AttributeAccess(TextPosition Position, Expression Target, string Name) : Expression(Position);

/// <summary><c>target[index]</c>.</summary>
internal sealed record ItemAccess(TextPosition Position, Expression Target, Expression Index) : Expression(Position);

/// <summary><c>start:stop:step</c> within brackets.</summary>
internal sealed record Slice(TextPosition Position, Expression? Start, Expression? Stop, Expression? Step) : Expression(Position);

/// <summary>Arguments of a call.</summary>
/// <param name="Positional">By position.</param>
/// <param name="Named">By name.</param>
/// <param name="Star">The list after <c>*</c>.</param>
/// <param name="DoubleStar">The dict after <c>**</c>.</param>
internal sealed record Arguments(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Star, Expression? DoubleStar)
{
    /// <summary>No arguments.</summary>
    public static Arguments None { get; } = new([], [], null, null);
}

/// <summary><c>target(...)</c>.</summary>
internal sealed record Call(TextPosition Position, Expression Target, Arguments Arguments) : Expression(Position);

/// <summary><c>value | name(...)</c>; without a value the text of a block.</summary>
internal sealed record FilterCall(TextPosition Position, Expression? Value, string Name, Arguments Arguments) : Expression(Position);

/// <summary><c>value is name(...)</c>.</summary>
internal sealed record TestCall(TextPosition Position, Expression Value, string Name, Arguments Arguments, bool IsNegated) : Expression(Position);

/// <summary><c>-a</c>, <c>+a</c>, <c>not a</c>.</summary>
internal sealed record Unary(TextPosition Position, string Symbol, Expression Operand) : Expression(Position);

/// <summary>An operator between two operands; <c>and</c> and <c>or</c> included.</summary>
internal sealed record Binary(TextPosition Position, string Symbol, Expression Left, Expression Right) : Expression(Position);

/// <summary><c>a ~ b ~ c</c>.</summary>
internal sealed record Concatenation(TextPosition Position, IReadOnlyList<Expression> Parts) : Expression(Position);

/// <summary><c>a &lt; b &lt;= c</c>, <c>a in b</c>, <c>a not in b</c>.</summary>
internal sealed record Comparison(TextPosition Position, Expression First, IReadOnlyList<(string Symbol, Expression Operand)> Rest) : Expression(Position);

/// <summary><c>a if condition else b</c>.</summary>
internal sealed record Conditional(TextPosition Position, Expression Condition, Expression Then, Expression? Else) : Expression(Position);
