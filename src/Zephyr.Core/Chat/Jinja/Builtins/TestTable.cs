using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>The tests by name, as in <c>value is name</c>.</summary>
internal static class TestTable
{
    private static readonly Dictionary<string, Func<JinjaValue, CallArguments, bool>> s_tests = new(StringComparer.Ordinal)
    {
        ["defined"] = (value, call) => value is not JinjaUndefined,
        ["undefined"] = (value, call) => value is JinjaUndefined,
        ["none"] = (value, call) => value is JinjaNone,
        ["boolean"] = (value, call) => value is JinjaBoolean,
        ["true"] = (value, call) => value is JinjaBoolean { Value: true },
        ["false"] = (value, call) => value is JinjaBoolean { Value: false },
        ["integer"] = (value, call) => value is JinjaInteger,
        ["float"] = (value, call) => value is JinjaFloat,
        ["number"] = (value, call) => Numbers.IsNumber(value),
        ["string"] = (value, call) => value is JinjaString,
        ["mapping"] = (value, call) => value is JinjaDict,
        ["sequence"] = (value, call) => value is JinjaString or JinjaDict or JinjaUndefined or JinjaList { Kind: not ListKind.Generator },
        ["iterable"] = (value, call) => value is JinjaString or JinjaDict or JinjaUndefined or JinjaList or LoopState,
        ["callable"] = (value, call) => value is JinjaCallable,
        ["escaped"] = (value, call) => false,
        ["lower"] = (value, call) => IsCase(value, call, char.IsLower, char.IsUpper),
        ["upper"] = (value, call) => IsCase(value, call, char.IsUpper, char.IsLower),
        ["odd"] = (value, call) => Leaves(value, new JinjaInteger(2), 1, call),
        ["even"] = (value, call) => Leaves(value, new JinjaInteger(2), 0, call),
        ["divisibleby"] = (value, call) => Leaves(value, call.Require(0, "num"), 0, call),
        ["in"] = (value, call) => new Operators(call.Run).Contains(call.Require(0, "seq"), value),
        ["sameas"] = (value, call) => ReferenceEquals(value, call.Require(0, "other")),
        ["filter"] = (value, call) => Name(value, call) is { } name && FilterTable.Has(name),
        ["test"] = (value, call) => Name(value, call) is { } name && Has(name),
        ["eq"] = Equal,
        ["equalto"] = Equal,
        ["=="] = Equal,
        ["ne"] = (value, call) => !Equal(value, call),
        ["!="] = (value, call) => !Equal(value, call),
        ["lt"] = (value, call) => Order(value, call) < 0,
        ["lessthan"] = (value, call) => Order(value, call) < 0,
        ["<"] = (value, call) => Order(value, call) < 0,
        ["le"] = (value, call) => Order(value, call) <= 0,
        ["<="] = (value, call) => Order(value, call) <= 0,
        ["gt"] = (value, call) => Order(value, call) > 0,
        ["greaterthan"] = (value, call) => Order(value, call) > 0,
        [">"] = (value, call) => Order(value, call) > 0,
        ["ge"] = (value, call) => Order(value, call) >= 0,
        [">="] = (value, call) => Order(value, call) >= 0,
    };

    /// <summary>Whether there is a test.</summary>
    public static bool Has(string name) => s_tests.ContainsKey(name);

    /// <summary>Applies a test.</summary>
    /// <exception cref="ChatTemplateException">There is no such test, or it cannot be asked of the value.</exception>
    public static bool Apply(string name, JinjaValue value, CallArguments call)
    {
        call.Run.Step();
        return s_tests.TryGetValue(name, out var test)
            ? test(value, call)
            : throw call.Run.Fault($"there is no test '{name}'; there are {string.Join(", ", s_tests.Keys.Where(key => char.IsLetter(key[0])).Order(StringComparer.Ordinal))}");
    }

    private static string? Name(JinjaValue value, CallArguments call) => DictKeys.IsKey(value)
        ? (value as JinjaString)?.Text
        : throw call.Run.Fault($"'{call.Name}' looks a name up, which {value.TypeName} cannot be");

    private static bool Equal(JinjaValue value, CallArguments call) => new Operators(call.Run).AreEqual(value, call.Require(0, "other"));

    private static int? Order(JinjaValue value, CallArguments call) => new Operators(call.Run).Order(call.Name, value, call.Require(0, "other"));

    // Of a text this is what Python's % makes of it, which puts the divisor in.
    private static bool Leaves(JinjaValue value, JinjaValue divisor, int remainder, CallArguments call)
    {
        var operators = new Operators(call.Run);
        return Numbers.IsNumber(value) || value is JinjaString
            ? operators.AreEqual(operators.Binary("%", value, divisor), new JinjaInteger(remainder))
            : throw call.Run.Fault($"'{call.Name}' needs a number, not {value.TypeName}");
    }

    private static bool IsCase(JinjaValue value, CallArguments call, Func<char, bool> one, Func<char, bool> other)
    {
        var text = TextFilters.TextOf(value, call).Text;
        return text.Any(one) && !text.Any(other);
    }
}
