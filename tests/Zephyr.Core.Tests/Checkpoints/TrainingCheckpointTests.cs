using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Tests.Checkpoints;

public sealed class TrainingCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _notes = [];

    private string Runs => Path.Combine(_folder.Path, "run");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_checkpoint_gives_back_state_and_tensors()
    {
        Save(3);

        var loaded = Load()!;

        loaded.State.Step.ShouldBe(3);
        loaded.State.Tokens.ShouldBe(30);
        loaded.State.History.Single()["loss"].ShouldBe(0.1 + 0.2);
        using var weights = loaded.Open("weights");
        weights.Bytes("w").ToArray().ShouldBe(new byte[] { 3 });
        _notes.ShouldBeEmpty();
    }

    [Fact]
    public void A_damaged_checkpoint_makes_room_for_a_new_one_of_its_step_and_counts_for_nothing()
    {
        Save(1);
        Save(2);
        File.WriteAllBytes(Path.Combine(Runs, "step-0000000002", "weights.safetensors"), []);
        Load()!.State.Step.ShouldBe(1);

        // The run takes step 2 once more, and step 3: 2 and 3 are whole and kept.
        Save(2);
        Load()!.State.Step.ShouldBe(2);
        Save(3);
        Directory.GetDirectories(Runs).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["step-0000000002", "step-0000000003"]);
        File.WriteAllBytes(Path.Combine(Runs, "step-0000000003", "weights.safetensors"), []);
        Load()!.State.Step.ShouldBe(2);
    }

    [Fact]
    public void Without_any_checkpoint_the_run_starts_at_its_beginning() => Load().ShouldBeNull();

    [Fact]
    public void The_newest_two_are_kept()
    {
        Save(1);
        Save(2);
        Save(10);

        Directory.GetDirectories(Runs).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["step-0000000002", "step-0000000010"]);
        Load()!.State.Step.ShouldBe(10);
    }

    [Theory]
    [InlineData("weights.safetensors")]
    [InlineData("optimizer.safetensors")]
    [InlineData("state.json")]
    [InlineData("SHA256SUMS")]
    public void A_damaged_file_is_reported_and_the_checkpoint_before_it_loads(string file)
    {
        Save(1);
        Save(2);
        var path = Path.Combine(Runs, "step-0000000002", file);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);

        Load()!.State.Step.ShouldBe(1);

        var note = _notes.ShouldHaveSingleItem();
        note.ShouldContain("step-0000000002");
        note.ShouldContain("step 1");
    }

    [Theory]
    [InlineData("weights.safetensors")]
    [InlineData("state.json")]
    [InlineData("SHA256SUMS")]
    public void A_missing_file_is_reported_and_the_checkpoint_before_it_loads(string file)
    {
        Save(1);
        Save(2);
        File.Delete(Path.Combine(Runs, "step-0000000002", file));

        Load()!.State.Step.ShouldBe(1);
        _notes.ShouldHaveSingleItem().ShouldContain(file);
    }

    [Fact]
    public void When_every_checkpoint_is_damaged_the_run_stops_naming_the_files_instead_of_starting_again()
    {
        Save(1);
        File.WriteAllBytes(Path.Combine(Runs, "step-0000000001", "weights.safetensors"), []);

        Should.Throw<ZephyrException>(() => Load()).Message.ShouldContain("weights.safetensors does not match");
    }

    [Fact]
    public void Temporaries_of_a_killed_writer_are_swept_and_never_loaded()
    {
        Save(1);
        var orphan = Path.Combine(Runs, DurableStorage.TemporaryPrefix + "step-0000000002");
        Directory.CreateDirectory(orphan);
        File.WriteAllText(Path.Combine(orphan, "state.json"), "{");

        Load()!.State.Step.ShouldBe(1);

        Directory.Exists(orphan).ShouldBeFalse();
    }

    [Fact]
    public void A_checkpoint_of_other_settings_is_refused()
    {
        Save(1);

        var failure = Should.Throw<ZephyrException>(() => new TrainingCheckpoint(Runs, "beta=0.2").Load(_notes.Add));

        failure.Message.ShouldContain("beta=0.1");
        failure.Message.ShouldContain("beta=0.2");
    }

    private LoadedCheckpoint? Load() => new TrainingCheckpoint(Runs, "beta=0.1").Load(_notes.Add);

    private void Save(int step)
    {
        var history = new[] { new Dictionary<string, double>(StringComparer.Ordinal) { ["loss"] = 0.1 + 0.2 } };
        SafetensorsContent[] tensors = [new("w", SafetensorsType.UInt8, [1], () => new[] { (byte)step })];
        new TrainingCheckpoint(Runs, "beta=0.1").Save(
            new TrainingState("beta=0.1", step, step * 10, history),
            new Dictionary<string, IReadOnlyList<SafetensorsContent>>(StringComparer.Ordinal) { ["weights"] = tensors, ["optimizer"] = tensors });
    }
}
