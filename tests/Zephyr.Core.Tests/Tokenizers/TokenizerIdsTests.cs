using System.Text.Json;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Tokenizers;

public sealed class TokenizerIdsTests
{
    [Fact]
    public void Mistral_ids_equal_those_of_sentencepiece()
    {
        var folder = SharedData.Folder("tokenizers/mistral-7b-v0.1");
        var tokenizer = Tokenizer.Load(folder);
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        cases.RootElement.GetArrayLength().ShouldBe(29);
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            tokenizer.Encode(text, addSpecial: false).ShouldBe(Ids(item, "mistral_v1_ids_sentencepiece"), text);
        }
    }

    [Fact]
    public void Mistral_ids_of_rendered_conversations_equal_those_of_hugging_face()
    {
        var folder = SharedData.Folder("tokenizers/mistral-7b-v0.1");
        var tokenizer = Tokenizer.Load(folder);
        using var prompts = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "zephyr_prompts.json")));
        prompts.RootElement.GetArrayLength().ShouldBe(27);
        foreach (var item in prompts.RootElement.EnumerateArray())
        {
            tokenizer.Encode(item.GetProperty("prompt_text").GetString()!, addSpecial: true).ShouldBe(Ids(item, "prompt_ids"));
            tokenizer.Encode(item.GetProperty("full_chosen_text").GetString()!, addSpecial: true).ShouldBe(Ids(item, "full_chosen_ids"));
        }
    }

    private static int[] Ids(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
