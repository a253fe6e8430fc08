namespace Zephyr.Core;

/// <summary>
/// Marks a setting that says how the work is done and not what comes out, such as the number of threads.
/// It enters no fingerprint, except under <c>reproducibility: strict</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExecutionSettingAttribute : Attribute;
