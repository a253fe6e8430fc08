using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Tokenizers;

/// <summary>Against ids and texts of Hugging Face tokenizers, made by tests/reference/make_tokenizer_references.mjs.</summary>
public sealed class HuggingFaceReferenceTests
{
    private static readonly Lazy<JsonNode> s_references = new(() =>
        JsonNode.Parse(System.IO.File.ReadAllText(
            Environment.GetEnvironmentVariable("ZEPHYR_TOKENIZER_REFERENCES") ?? Path.Combine(AppContext.BaseDirectory, "references/tokenizers/hugging-face.json")))!);

    public static TheoryData<string> Names => [.. s_references.Value["cases"]!.AsArray().Select(item => (string)item!["name"]!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Ids_and_decoded_texts_equal_those_of_the_library(string name)
    {
        var (item, tokenizer) = Load(name);
        var texts = s_references.Value["texts"]!.AsArray();
        for (var i = 0; i < texts.Count; i++)
        {
            var text = (string)texts[i]!;
            var because = $"text {i}: {Escaped(text)}";
            for (var special = 0; special < 2; special++)
            {
                var expected = item["ids"]![i]![special]!.Deserialized();
                tokenizer.Encode(text, addSpecial: special == 1).ShouldBe(expected, because);
                if (item["decoded"] is { } decoded)
                {
                    tokenizer.Decode(expected, skipSpecial: special == 1).ShouldBe((string)decoded[i]![special]!, because);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_given_out_id_by_id_is_that_of_all_ids_together(string name)
    {
        var (item, tokenizer) = Load(name);
        foreach (var ids in item["ids"]!.AsArray())
        {
            var expected = ids![1]!.Deserialized();
            var stream = tokenizer.DecodeStream(skipSpecial: true);
            var text = string.Concat(expected.Select(stream.Push)) + stream.Flush();
            text.ShouldBe(tokenizer.Decode(expected, skipSpecial: true));
        }
    }

    [Fact]
    public void Many_texts_at_once_give_the_ids_of_each_in_order()
    {
        var (_, tokenizer) = Load("llama 3");
        var texts = s_references.Value["texts"]!.AsArray().Select(text => (string)text!).ToList();
        tokenizer.EncodeBatch(texts, addSpecial: true, threads: 2).ShouldBe(texts.Select(text => tokenizer.Encode(text, addSpecial: true)));
    }

    /// <summary>The tokenizer.json of a case.</summary>
    internal static JsonObject File(string name)
    {
        var item = Item(name);
        var file = (JsonObject)item["parts"]!.DeepClone();
        var model = (JsonObject)s_references.Value["models"]![(string)item["model"]!]!.DeepClone();
        foreach (var (key, value) in item["overrides"]!.AsObject())
        {
            model[key] = value?.DeepClone();
        }

        file["model"] = model;
        return file;
    }

    private static JsonNode Item(string name) => s_references.Value["cases"]!.AsArray().Single(item => (string)item!["name"]! == name)!;

    private static (JsonNode Item, Tokenizer Tokenizer) Load(string name) =>
        (Item(name), new Tokenizer(new TokenizerFiles(Encoding.UTF8.GetBytes(File(name).ToJsonString()), name, new TokenizerConfiguration([], "none"))));

    private static string Escaped(string text) => JsonValue.Create(text).ToJsonString();
}

internal static class JsonIds
{
    public static int[] Deserialized(this JsonNode node) => [.. node.AsArray().Select(id => (int)id!)];
}
