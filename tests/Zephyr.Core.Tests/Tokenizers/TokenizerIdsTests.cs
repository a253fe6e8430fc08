using System.Text.Json;
using Zephyr.Core.Randomness;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Tokenizers;

public sealed class TokenizerIdsTests
{
    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer.model")]
    public void Mistral_ids_equal_those_of_sentencepiece(string file)
    {
        var folder = SharedData.Folder("tokenizers/mistral-7b-v0.1");
        var tokenizer = Tokenizer.Load(Path.Combine(folder, file));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        cases.RootElement.GetArrayLength().ShouldBe(29);
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            tokenizer.Encode(text, addSpecial: false).ShouldBe(Ids(item, "mistral_v1_ids_sentencepiece"), text);
        }
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer.model")]
    public void Mistral_ids_of_rendered_conversations_equal_those_of_hugging_face(string file)
    {
        var folder = SharedData.Folder("tokenizers/mistral-7b-v0.1");
        var tokenizer = Tokenizer.Load(Path.Combine(folder, file));
        using var prompts = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "zephyr_prompts.json")));
        prompts.RootElement.GetArrayLength().ShouldBe(27);
        foreach (var item in prompts.RootElement.EnumerateArray())
        {
            tokenizer.Encode(item.GetProperty("prompt_text").GetString()!, addSpecial: true).ShouldBe(Ids(item, "prompt_ids"));
            tokenizer.Encode(item.GetProperty("full_chosen_text").GetString()!, addSpecial: true).ShouldBe(Ids(item, "full_chosen_ids"));
        }
    }

    [Fact]
    public void Both_files_of_Mistral_give_the_same_ids_and_texts_on_any_unicode()
    {
        var folder = SharedData.Folder("tokenizers/mistral-7b-v0.1");
        var json = Tokenizer.Load(Path.Combine(folder, "tokenizer.json"));
        var model = Tokenizer.Load(Path.Combine(folder, "tokenizer.model"));
        (model.VocabSize, model.BosId, model.EosId, model.UnknownId).ShouldBe((json.VocabSize, json.BosId, json.EosId, json.UnknownId));
        var random = new SeededRandom(3, "unicode");
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 1 + random.NextInt(40)).Select(_ => AnyCharacter(random)));
            var ids = json.Encode(text, addSpecial: true);
            model.Encode(text, addSpecial: true).ShouldBe(ids);
            json.Decode(ids, skipSpecial: true).ShouldBe(text);
            model.Decode(ids, skipSpecial: true).ShouldBe(text);
        }
    }

    private static string AnyCharacter(SeededRandom random)
    {
        var value = random.NextInt(4) switch { 0 => random.NextInt(0x80), 1 => random.NextInt(0x3000), 2 => random.NextInt(0x10000), _ => random.NextInt(0x110000) };
        return System.Text.Rune.IsValid(value) ? new System.Text.Rune(value).ToString() : " ";
    }

    private static int[] Ids(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
