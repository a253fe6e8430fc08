using Zephyr.Core.Json;

namespace Zephyr.Core.Chat.Jinja.Syntax;

/// <summary>A statement of a template.</summary>
/// <param name="Position">Where it stands.</param>
internal abstract record Statement(TextPosition Position);

/// <summary>Text outside tags.</summary>
internal sealed record PlainText(TextPosition Position, string Text) : Statement(Position);

/// <summary><c>{{ value }}</c>.</summary>
internal sealed record Output(TextPosition Position, Expression Value) : Statement(Position);

/// <summary><c>if</c> with its <c>elif</c> branches; the last without a condition is <c>else</c>.</summary>
internal sealed record If(TextPosition Position, IReadOnlyList<(Expression? Condition, IReadOnlyList<Statement> Body)> Branches) : Statement(Position);

/// <summary><c>for</c>.</summary>
internal sealed record For(
    TextPosition Position, AssignmentTarget Target, Expression Items, Expression? Filter, bool IsRecursive,
    IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else) : Statement(Position);

/// <summary><c>set target = value</c>.</summary>
internal sealed record Set(TextPosition Position, AssignmentTarget Target, Expression Value) : Statement(Position);

/// <summary><c>set target</c> up to <c>endset</c>, the text passed through filters.</summary>
internal sealed record SetBlock(TextPosition Position, AssignmentTarget Target, Expression? Filter, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary>A parameter of a macro.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Default">Its default, where given.</param>
internal sealed record Parameter(string Name, Expression? Default);

/// <summary><c>macro</c>.</summary>
internal sealed record MacroDefinition(
    TextPosition Position, string Name, IReadOnlyList<Parameter> Parameters, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary><c>call(...)</c>: a macro called with the body as its <c>caller</c>.</summary>
internal sealed record CallBlock(
    TextPosition Position, IReadOnlyList<Parameter> Parameters, Call Call, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary><c>filter</c>.</summary>
internal sealed record FilterBlock(TextPosition Position, Expression Filter, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary><c>with</c>.</summary>
internal sealed record With(
    TextPosition Position, IReadOnlyList<(AssignmentTarget Target, Expression Value)> Assignments, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary><c>generation</c>: what the assistant says.</summary>
internal sealed record GenerationBlock(TextPosition Position, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed record LoopControl(TextPosition Position, bool Ends) : Statement(Position);

/// <summary>What a value is assigned to.</summary>
internal abstract record AssignmentTarget(TextPosition Position);

/// <summary>A variable.</summary>
internal sealed record VariableTarget(TextPosition Position, string Name) : AssignmentTarget(Position);

/// <summary><c>namespace.name</c>.</summary>
internal sealed record NamespaceTarget(TextPosition Position, string Namespace, string Name) : AssignmentTarget(Position);

/// <summary><c>a, b</c>.</summary>
internal sealed record TupleTarget(TextPosition Position, IReadOnlyList<AssignmentTarget> Items) : AssignmentTarget(Position);
