using Zephyr.Core.Chat.Jinja.Builtins;
using Zephyr.Core.Chat.Jinja.Syntax;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Evaluation;

/// <summary>Evaluates expressions.</summary>
/// <param name="run">The rendering.</param>
internal sealed class ExpressionEvaluator(RenderRun run)
{
    private readonly Accessor _accessor = new(run);
    private readonly Operators _operators = new(run);

    /// <summary>Equality and order.</summary>
    public Operators Operators => _operators;

    /// <summary>The value of an expression.</summary>
    public JinjaValue Evaluate(Expression expression, Scope scope)
    {
        run.At = expression.Position;
        run.Step();
        switch (expression)
        {
            case Literal literal:
                return literal.Value;
            case Variable variable:
                return scope.Find(variable.Name) ?? new JinjaUndefined($"'{variable.Name}' is undefined");
        }

        run.Enter();
        var value = EvaluateNested(expression, scope);
        run.Leave();
        return value;
    }

    /// <summary>Whether an expression is true.</summary>
    public bool IsTrue(Expression expression, Scope scope) => Operators.IsTrue(Evaluate(expression, scope));

    /// <summary>Passes a text through the filters of a block.</summary>
    public JinjaValue Filtered(Expression filter, JinjaValue text, Scope scope)
    {
        var call = (FilterCall)filter;
        var value = call.Value is null ? text : Filtered(call.Value, text, scope);
        return Apply(call, value, scope);
    }

    /// <summary>Calls a value.</summary>
    public JinjaValue Invoke(Call call, Scope scope, JinjaValue? caller)
    {
        var target = Evaluate(call.Target, scope);
        var arguments = Arguments(NameOf(call.Target), call.Arguments, scope);
        if (caller is not null)
        {
            arguments = new CallArguments(run, arguments.Name, arguments.Positional, [.. arguments.Named, new("caller", caller)]);
        }

        run.At = call.Position;
        return target switch
        {
            JinjaCallable callable => callable.Invoke(arguments),
            LoopState { Recurse: { } recurse } => recurse(arguments),
            JinjaUndefined undefined => throw run.Fault($"{undefined.Hint}, so it cannot be called; chat templates have range, dict, namespace, joiner, raise_exception and strftime_now"),
            _ => throw run.Fault($"a {target.TypeName} cannot be called"),
        };
    }

    private JinjaValue EvaluateNested(Expression expression, Scope scope) => expression switch
    {
        ListExpression list => new JinjaList([.. list.Items.Select(item => Evaluate(item, scope))], list.IsTuple ? ListKind.Tuple : ListKind.List),
        DictExpression dict => EvaluateDict(dict, scope),
        AttributeAccess access => EvaluateAttribute(access, scope),
        ItemAccess access => EvaluateItem(access, scope),
        Call call => Invoke(call, scope, caller: null),
        FilterCall { Value: { } value } filter => Apply(filter, Evaluate(value, scope), scope),
        TestCall test => EvaluateTest(test, scope),
        Unary unary => EvaluateUnary(unary, scope),
        Binary binary => EvaluateBinary(binary, scope),
        Concatenation concatenation => Concatenate(concatenation, scope),
        Comparison comparison => JinjaBoolean.Of(Compare(comparison, scope)),
        Conditional conditional => IsTrue(conditional.Condition, scope) ? Evaluate(conditional.Then, scope)
            : conditional.Else is { } otherwise ? Evaluate(otherwise, scope)
            : new JinjaUndefined("the condition is false and there is no else"),
        _ => throw run.Fault("a slice stands outside brackets"),
    };

    private JinjaDict EvaluateDict(DictExpression expression, Scope scope)
    {
        var dict = new JinjaDict();
        foreach (var (keyExpression, valueExpression) in expression.Items)
        {
            var key = Evaluate(keyExpression, scope);
            if (!DictKeys.IsKey(key))
            {
                throw run.Fault($"{key.TypeName} cannot be a key of a dict");
            }

            dict.Add(key, Evaluate(valueExpression, scope));
        }

        return dict;
    }

    private JinjaValue EvaluateAttribute(AttributeAccess access, Scope scope)
    {
        var target = Evaluate(access.Target, scope);
        run.At = access.Position;
        return _accessor.Attribute(target, access.Name);
    }

    private JinjaValue EvaluateItem(ItemAccess access, Scope scope)
    {
        var target = Evaluate(access.Target, scope);
        if (access.Index is Slice slice)
        {
            var (start, stop, step) = (Bound(slice.Start, scope), Bound(slice.Stop, scope), Bound(slice.Step, scope));
            run.At = access.Position;
            return _accessor.Slice(target, start, stop, step);
        }

        var index = Evaluate(access.Index, scope);
        run.At = access.Position;
        return _accessor.Item(target, index);
    }

    private JinjaValue? Bound(Expression? expression, Scope scope) => expression is null ? null : Evaluate(expression, scope);

    private JinjaValue Apply(FilterCall filter, JinjaValue value, Scope scope)
    {
        var arguments = Arguments(filter.Name, filter.Arguments, scope);
        run.At = filter.Position;
        return FilterTable.Apply(filter.Name, value, arguments);
    }

    private JinjaBoolean EvaluateTest(TestCall test, Scope scope)
    {
        var value = Evaluate(test.Value, scope);
        var arguments = Arguments(test.Name, test.Arguments, scope);
        run.At = test.Position;
        return JinjaBoolean.Of(TestTable.Apply(test.Name, value, arguments) != test.IsNegated);
    }

    private JinjaValue EvaluateUnary(Unary unary, Scope scope)
    {
        var operand = Evaluate(unary.Operand, scope);
        run.At = unary.Position;
        return unary.Symbol == "not" ? JinjaBoolean.Of(!Operators.IsTrue(operand)) : _operators.Signed(unary.Symbol, operand);
    }

    private JinjaValue EvaluateBinary(Binary binary, Scope scope)
    {
        var left = Evaluate(binary.Left, scope);
        if (binary.Symbol is "and" or "or")
        {
            return Operators.IsTrue(left) == (binary.Symbol == "or") ? left : Evaluate(binary.Right, scope);
        }

        var right = Evaluate(binary.Right, scope);
        run.At = binary.Position;
        return _operators.Binary(binary.Symbol, left, right);
    }

    private JinjaString Concatenate(Concatenation concatenation, Scope scope)
    {
        var text = new TracedText(run);
        foreach (var part in concatenation.Parts)
        {
            run.Text.Write(Evaluate(part, scope), text);
        }

        return text.ToValue();
    }

    private bool Compare(Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (symbol, operand) in comparison.Rest)
        {
            var right = Evaluate(operand, scope);
            run.At = comparison.Position;
            if (!Holds(symbol, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private bool Holds(string symbol, JinjaValue left, JinjaValue right) => symbol switch
    {
        "==" => _operators.AreEqual(left, right),
        "!=" => !_operators.AreEqual(left, right),
        "in" => _operators.Contains(right, left),
        "not in" => !_operators.Contains(right, left),
        "<" => _operators.Order(symbol, left, right) < 0,
        "<=" => _operators.Order(symbol, left, right) <= 0,
        ">" => _operators.Order(symbol, left, right) > 0,
        _ => _operators.Order(symbol, left, right) >= 0,
    };

    private CallArguments Arguments(string name, Arguments arguments, Scope scope)
    {
        var positional = arguments.Positional.Count == 0 ? [] : arguments.Positional.Select(argument => Evaluate(argument, scope)).ToList();
        var named = arguments.Named.Count == 0
            ? []
            : arguments.Named.Select(argument => KeyValuePair.Create(argument.Name, Evaluate(argument.Value, scope))).ToList();
        if (arguments.Star is { } star)
        {
            positional.AddRange(Sequences.Items(Evaluate(star, scope), run));
        }

        if (arguments.DoubleStar is { } doubleStar)
        {
            named.AddRange(Evaluate(doubleStar, scope) is JinjaDict dict
                ? dict.Items.Select(item => KeyValuePair.Create(item.Key is JinjaString key ? key.Text : throw run.Fault("names of arguments must be texts"), item.Value))
                : throw run.Fault("** must be followed by a dict"));
        }

        return new CallArguments(run, name, positional, named);
    }

    private static string NameOf(Expression target) => target switch
    {
        Variable variable => variable.Name,
        AttributeAccess access => access.Name,
        _ => "call",
    };
}
