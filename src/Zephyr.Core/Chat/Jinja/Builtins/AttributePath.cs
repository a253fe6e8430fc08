using System.Globalization;
using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Attributes named by a text such as <c>function.name</c> or by a number.</summary>
internal static class AttributePath
{
    /// <summary>Looks an attribute of a value up.</summary>
    public static JinjaValue Get(JinjaValue value, JinjaValue path, CallArguments call)
    {
        var accessor = new Accessor(call.Run);
        if (path is not JinjaString text)
        {
            return accessor.Item(value, path);
        }

        foreach (var part in text.Text.Split('.'))
        {
            value = accessor.Item(value, int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? new JinjaInteger(place) : new JinjaString(part));
        }

        return value;
    }
}
