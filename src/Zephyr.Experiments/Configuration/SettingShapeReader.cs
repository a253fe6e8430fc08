using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text;
using Zephyr.Core;

namespace Zephyr.Experiments.Configuration;

/// <summary>Reads the shape of an experiment file from C# option records.</summary>
public static class SettingShapeReader
{
    /// <summary>Shape of a section type.</summary>
    /// <param name="type">A record with init properties and a parameterless constructor.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="NotSupportedException">A property has a type that no setting can have.</exception>
    public static SettingShape Read(Type type) => new Reading().Shape(type, nullable: false);

    /// <summary>snake_case of a C# name: <c>MaxNewTokens</c> → <c>max_new_tokens</c>, <c>Beta1</c> → <c>beta1</c>.</summary>
    /// <param name="name">The C# name.</param>
    /// <returns>The name in an experiment file.</returns>
    public static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    // Reflection is most of what reading costs: sections of one type are read once, and what is found about nullability is kept.
    private sealed class Reading
    {
        private readonly NullabilityInfoContext _nullability = new();
        private readonly Dictionary<Type, List<SettingProperty>> _sections = [];

        public SettingShape Shape(Type declared, bool nullable)
        {
            var underlying = Nullable.GetUnderlyingType(declared);
            var type = underlying ?? declared;
            nullable |= underlying is not null;
            if (type.IsEnum)
            {
                var choices = Enum.GetNames(type).ToDictionary(SnakeCase, name => Enum.Parse(type, name), StringComparer.Ordinal);
                return new SettingShape(SettingKind.Choice, type, nullable) { Choices = choices };
            }

            if (ItemType(type) is { } item)
            {
                return new SettingShape(SettingKind.List, type, nullable) { Item = Shape(item, nullable: false) };
            }

            var kind = Type.GetTypeCode(type) switch
            {
                TypeCode.String => SettingKind.Text,
                TypeCode.Boolean => SettingKind.Switch,
                TypeCode.Int32 or TypeCode.Int64 or TypeCode.UInt64 => SettingKind.Integer,
                TypeCode.Double => SettingKind.Number,
                TypeCode.Object when type.GetConstructor(Type.EmptyTypes) is not null => SettingKind.Section,
                _ => throw new NotSupportedException($"No setting can be a {type}."),
            };
            return kind == SettingKind.Section
                ? new SettingShape(kind, type, nullable) { Properties = Properties(type) }
                : new SettingShape(kind, type, nullable);
        }

        private static Type? ItemType(Type type) =>
            type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

        private List<SettingProperty> Properties(Type type)
        {
            if (_sections.TryGetValue(type, out var known))
            {
                return known;
            }

            // Base classes first, so that shared settings stand together in schemas and resolved files.
            var chain = new List<Type>();
            for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
            {
                chain.Insert(0, level);
            }

            return _sections[type] = [.. chain
                .SelectMany(level => level.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                .Where(property => property.SetMethod is { IsPublic: true })
                .Select(Property)];
        }

        private SettingProperty Property(PropertyInfo property)
        {
            var setting = new SettingProperty(SnakeCase(property.Name), property, Shape(property.PropertyType, IsNullableReference(property)));
            foreach (var attribute in property.GetCustomAttributes(inherit: true))
            {
                setting = attribute switch
                {
                    RangeAttribute range => setting with
                    {
                        Minimum = Convert.ToDouble(range.Minimum),
                        Maximum = Convert.ToDouble(range.Maximum),
                    },
                    RequiredAttribute => setting with { Required = true },
                    RegularExpressionAttribute pattern => setting with { Pattern = pattern.Pattern, PatternMeaning = pattern.ErrorMessage },
                    PasswordPropertyTextAttribute { Password: true } => setting with { IsSecret = true },
                    SettingPathAttribute path => setting with { IsPath = true, PathKeywords = path.Keywords, Remote = path.Remote },
                    ExecutionSettingAttribute => setting with { IsExecution = true },
                    DescriptionAttribute description => setting with { Description = description.Description },
                    _ => setting,
                };
            }

            return setting;
        }

        private bool IsNullableReference(PropertyInfo property) =>
            !property.PropertyType.IsValueType && _nullability.Create(property).WriteState == NullabilityState.Nullable;
    }
}
