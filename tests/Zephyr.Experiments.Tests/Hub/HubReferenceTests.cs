using Zephyr.Core;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Tests.Hub;

public sealed class HubReferenceTests
{
    [Theory]
    [InlineData("hf://models/mistralai/Mistral-7B-v0.1", "mistralai/Mistral-7B-v0.1", "main", "")]
    [InlineData("hf://models/org/name@v1.0", "org/name", "v1.0", "")]
    [InlineData("hf://models/gpt2@main", "gpt2", "main", "")]
    [InlineData("hf://models/org/name@refs%2Fpr%2F1", "org/name", "refs/pr/1", "")]
    [InlineData("hf://datasets/HuggingFaceH4/ultrachat_200k@main/data/train_sft-*.parquet", "HuggingFaceH4/ultrachat_200k", "main", "data/train_sft-*.parquet")]
    [InlineData("hf://datasets/org/rows/x.jsonl", "org/rows", "main", "x.jsonl")]
    public void A_reference_is_read_into_its_parts(string text, string id, string revision, string pattern)
    {
        HubReference.TryParse(text, out var reference, out _).ShouldBeTrue();

        (reference!.Id, reference.Revision, reference.Pattern).ShouldBe((id, revision, pattern));
        HubReference.TryParse(reference.ToString(), out var again, out _).ShouldBeTrue();
        again.ShouldBe(reference);
    }

    [Theory]
    [InlineData("hf://org/name")]
    [InlineData("hf://models")]
    [InlineData("hf://models/")]
    [InlineData("hf://models/../etc")]
    [InlineData("hf://models/org/..")]
    [InlineData("hf://models/org/na--me")]
    [InlineData("hf://models/org/name@")]
    [InlineData("hf://models/org/name@../../main")]
    [InlineData("hf://models/org/name@a%2F..%2Fb")]
    [InlineData("hf://models/org/name@/abs")]
    [InlineData("hf://models/org/name@main/config.json")]
    [InlineData("hf://models/org/na me")]
    [InlineData("hf://models/org/name?x=1")]
    [InlineData("hf://datasets/org/rows")]
    [InlineData("hf://datasets/org/rows@main/../x")]
    [InlineData("hf://datasets/org/rows@main//x")]
    [InlineData("hf://datasets/org/rows@main/a\\b")]
    [InlineData("hf://datasets/org/rows@main/c:x")]
    [InlineData("hf://spaces/org/name")]
    public void A_reference_that_names_nothing_or_could_leave_a_folder_is_refused_with_the_reason(string text)
    {
        HubReference.TryParse(text, out var reference, out var problem).ShouldBeFalse();

        reference.ShouldBeNull();
        problem.ShouldNotBeNullOrWhiteSpace();
    }

    [Theory]
    [InlineData("hf://datasets/org/rows/x.parquet", RemoteContent.Model, "data set")]
    [InlineData("hf://models/org/name", RemoteContent.Data, "names a model")]
    [InlineData("https://host/model.safetensors", RemoteContent.Model, "more than one file")]
    [InlineData("http://host/rows.jsonl", RemoteContent.Data, "https")]
    [InlineData("https://user:password@host/rows.jsonl", RemoteContent.Data, "without user")]
    [InlineData("https://host/", RemoteContent.Data, "one file")]
    [InlineData("https://host/a%2F..%2Fb", RemoteContent.Data, "one file")]
    [InlineData("hf://models/org/name", RemoteContent.None, "of this machine")]
    public void An_address_that_does_not_suit_its_setting_is_refused(string text, RemoteContent content, string reason)
    {
        RemoteSource.TryParse(text, content, out _, out var problem).ShouldBeFalse();

        problem.ShouldContain(reason);
    }

    [Theory]
    [InlineData("data/train-*.parquet", "data/train-00000-of-00003.parquet", true)]
    [InlineData("data/train-*.parquet", "data/sub/train-0.parquet", false)]
    [InlineData("data/train-?.parquet", "data/train-1.parquet", true)]
    [InlineData("data/train-?.parquet", "data/train-10.parquet", false)]
    [InlineData("**/*.json", "a/b/c.json", true)]
    [InlineData("**/*.json", "c.json", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "b/z", false)]
    [InlineData("x.json", "X.json", false)]
    [InlineData("x.json", "x1json", false)]
    [InlineData("*a*b*c", "xxaxxbxxc", true)]
    [InlineData("*a*b*c", "xxaxxcxxb", false)]
    public void A_pattern_matches_whole_paths(string pattern, string path, bool matches) => new GlobPattern(pattern).IsMatch(path).ShouldBe(matches);

    [Fact]
    public void A_pattern_made_to_be_slow_is_not()
    {
        var pattern = new GlobPattern(string.Concat(Enumerable.Repeat("*a", 100)) + "b");

        pattern.IsMatch(new string('a', 2000)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("data/train-*.parquet", "data", false)]
    [InlineData("**/x", "", true)]
    [InlineData("a/b/x.json", "a/b", false)]
    [InlineData("a/*/x.json", "a", true)]
    [InlineData("x.json", "", false)]
    public void Only_the_folder_that_can_hold_matches_is_listed(string pattern, string folder, bool recursive)
    {
        var glob = new GlobPattern(pattern);

        (glob.Folder, glob.IsRecursive).ShouldBe((folder, recursive));
    }
}
