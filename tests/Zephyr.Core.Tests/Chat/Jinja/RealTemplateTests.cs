using System.Text.Json;
using Zephyr.Core.Chat.Jinja;

namespace Zephyr.Core.Tests.Chat.Jinja;

/// <summary>The chat templates of real models, with the texts their authors' library gives.</summary>
public sealed class RealTemplateTests
{
    // The one template that writes the date of today was recorded on this day.
    private static readonly RenderOptions s_recorded = new() { Now = new DateTime(2025, 7, 10) };

    [Fact]
    public void Templates_of_real_models_give_the_texts_of_their_authors()
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Folder("templates/cases.json")));
        var count = 0;
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            var name = item.GetProperty("name").GetString()!;
            var template = JinjaTemplate.Parse(name, item.GetProperty("chat_template").GetString()!);
            template.Render(item.GetProperty("data"), s_recorded).ShouldBe(item.GetProperty("target").GetString(), name);
            count++;
        }

        count.ShouldBe(30);
    }
}
