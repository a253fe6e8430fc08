using Zephyr.Core.Chat.Jinja.Builtins;
using Zephyr.Core.Chat.Jinja.Syntax;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Evaluation;

/// <summary>How statements ended.</summary>
internal enum Flow
{
    /// <summary>Normally.</summary>
    Next,

    /// <summary>With <c>break</c>.</summary>
    Break,

    /// <summary>With <c>continue</c>.</summary>
    Continue,
}

/// <summary>Runs statements.</summary>
/// <param name="run">The rendering.</param>
internal sealed class StatementRunner(RenderRun run)
{
    private readonly ExpressionEvaluator _expressions = new(run);

    /// <summary>Runs statements in order.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="scope">Where variables are looked up and set.</param>
    /// <param name="output">Where text goes.</param>
    public Flow Run(IReadOnlyList<Statement> statements, Scope scope, TracedText output)
    {
        run.Enter();
        var flow = Flow.Next;
        for (var i = 0; i < statements.Count && flow == Flow.Next; i++)
        {
            run.At = statements[i].Position;
            run.Step();
            flow = Run(statements[i], scope, output);
        }

        run.Leave();
        return flow;
    }

    private Flow Run(Statement statement, Scope scope, TracedText output)
    {
        switch (statement)
        {
            case PlainText data:
                output.Append(data.Text);
                return Flow.Next;
            case Output written:
                run.Text.Write(_expressions.Evaluate(written.Value, scope), output);
                return Flow.Next;
            case If choice:
                return RunIf(choice, scope, output);
            case For loop:
                RunFor(loop, _expressions.Evaluate(loop.Items, scope), scope, output, depth: 0);
                return Flow.Next;
            case Set set:
                Assign(set.Target, _expressions.Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case SetBlock set:
                JinjaValue text = Captured(set.Body, scope);
                Assign(set.Target, set.Filter is null ? text : _expressions.Filtered(set.Filter, text, scope), scope);
                return Flow.Next;
            case MacroDefinition macro:
                scope.Set(macro.Name, Macro(macro.Name, macro.Parameters, macro.Body, scope));
                return Flow.Next;
            case CallBlock block:
                var caller = Macro("caller", block.Parameters, block.Body, scope);
                run.Text.Write(_expressions.Invoke(block.Call, scope, caller), output);
                return Flow.Next;
            case FilterBlock filter:
                run.Text.Write(_expressions.Filtered(filter.Filter, Captured(filter.Body, scope), scope), output);
                return Flow.Next;
            case With with:
                return RunWith(with, scope, output);
            case GenerationBlock generation:
                var number = run.Generations++;
                output.AppendGeneration(Captured(generation.Body, scope), number);
                return Flow.Next;
            default:
                return ((LoopControl)statement).Ends ? Flow.Break : Flow.Continue;
        }
    }

    private Flow RunIf(If choice, Scope scope, TracedText output)
    {
        foreach (var (condition, body) in choice.Branches)
        {
            if (condition is null || _expressions.IsTrue(condition, scope))
            {
                return Run(body, scope, output);
            }
        }

        return Flow.Next;
    }

    private void RunFor(For loop, JinjaValue items, Scope scope, TracedText output, int depth)
    {
        run.At = loop.Position;
        var chosen = Sequences.Items(items, run);
        if (loop.Filter is { } filter)
        {
            chosen = [.. chosen.Where(item =>
            {
                var inner = new Scope(scope);
                Assign(loop.Target, item, inner);
                return _expressions.IsTrue(filter, inner);
            })];
        }

        if (chosen.Count == 0)
        {
            Run(loop.Else, new Scope(scope), output);
            return;
        }

        var state = new LoopState(chosen, depth, _expressions.Operators)
        {
            Recurse = loop.IsRecursive ? arguments => Again(loop, arguments.Require(0, "items"), scope, depth + 1) : null,
        };
        for (var i = 0; i < chosen.Count; i++)
        {
            run.Step();
            state.Index = i;
            var inner = new Scope(scope);
            inner.Set("loop", state);
            Assign(loop.Target, chosen[i], inner);
            if (Run(loop.Body, inner, output) == Flow.Break)
            {
                break;
            }
        }
    }

    private JinjaString Again(For loop, JinjaValue items, Scope scope, int depth)
    {
        var output = new TracedText(run);
        run.Enter();
        RunFor(loop, items, scope, output, depth);
        run.Leave();
        return output.ToValue();
    }

    private Flow RunWith(With with, Scope scope, TracedText output)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in with.Assignments)
        {
            Assign(target, _expressions.Evaluate(value, scope), inner);
        }

        return Run(with.Body, inner, output);
    }

    private JinjaString Captured(IReadOnlyList<Statement> body, Scope scope)
    {
        var output = new TracedText(run);
        Run(body, new Scope(scope), output);
        return output.ToValue();
    }

    private JinjaCallable Macro(string name, IReadOnlyList<Parameter> parameters, IReadOnlyList<Statement> body, Scope scope) => new(name, call =>
    {
        var inner = new Scope(scope);
        Bind(parameters, call, inner);
        var output = new TracedText(run);
        Run(body, inner, output);
        return output.ToValue();
    });

    private void Bind(IReadOnlyList<Parameter> parameters, CallArguments call, Scope inner)
    {
        if (call.Positional.Count > parameters.Count)
        {
            throw run.Fault($"the macro '{call.Name}' takes at most {parameters.Count} arguments, but {call.Positional.Count} are given");
        }

        foreach (var argument in call.Named)
        {
            if (argument.Key == "caller")
            {
                inner.Set("caller", argument.Value);
            }
            else if (!parameters.Any(parameter => parameter.Name == argument.Key))
            {
                throw run.Fault($"the macro '{call.Name}' has no argument '{argument.Key}'");
            }
        }

        for (var i = 0; i < parameters.Count; i++)
        {
            var value = call.Find(i, parameters[i].Name)
                ?? (parameters[i].Default is { } standard
                    ? _expressions.Evaluate(standard, inner)
                    : new JinjaUndefined($"the argument '{parameters[i].Name}' is not given"));
            inner.Set(parameters[i].Name, value);
        }
    }

    private void Assign(AssignmentTarget target, JinjaValue value, Scope scope)
    {
        run.At = target.Position;
        switch (target)
        {
            case VariableTarget variable:
                scope.Set(variable.Name, value);
                break;
            case NamespaceTarget attribute:
                var found = scope.Find(attribute.Namespace) as JinjaNamespace
                    ?? throw run.Fault($"'{attribute.Namespace}' is no namespace, so '{attribute.Namespace}.{attribute.Name}' cannot be set; make it with namespace()");
                found.Attributes[attribute.Name] = value;
                break;
            case TupleTarget tuple:
                var items = Sequences.Items(value, run);
                if (items.Count != tuple.Items.Count)
                {
                    throw run.Fault($"{items.Count} values are set to {tuple.Items.Count} names");
                }

                for (var i = 0; i < items.Count; i++)
                {
                    Assign(tuple.Items[i], items[i], scope);
                }

                break;
        }
    }
}
