using System.Text;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Tests.Configuration;

public sealed class NamesakesTests
{
    [Fact]
    public void A_copy_of_an_experiment_whose_name_nobody_changed_is_told_and_nothing_else_is()
    {
        using var repository = new TestRepository("name: mine\n" + TestRepository.Small);
        repository.Write("experiments/copy.yaml", "name: mine\n" + TestRepository.Small + "ddpo: {beta: 0.2}\n");
        var record = repository.Write("experiment.resolved.json", Json(repository, "zephyr-tiny"));
        Find(repository, "copy", record).ShouldBe("experiments/zephyr-tiny.yaml");
        Find(repository, "zephyr-tiny", record).ShouldBeNull();
        Find(repository, "zephyr-tiny", record, "ddpo.beta=0.3").ShouldBeNull(); // the same file with another setting
        Find(repository, "copy", record, "ddpo.beta=0.1,0.2").ShouldBe("experiments/zephyr-tiny.yaml"); // members of a sweep are of the same name

        // A resolved experiment that is run again is no other experiment.
        var resolved = repository.Write("experiment.resolved.yaml", ResolvedWriter.Yaml(repository.Load()));
        Find(repository, resolved, record).ShouldBeNull();

        foreach (var now in new[] { "name: other\n", "this: is no experiment\n" })
        {
            repository.Write("experiments/zephyr-tiny.yaml", now);
            Find(repository, "copy", record).ShouldBeNull();
        }

        File.Delete(Path.Combine(repository.Folder, "experiments", "zephyr-tiny.yaml"));
        Find(repository, "copy", record).ShouldBeNull();
        Find(repository, "copy", repository.Write("damaged.json", "{")).ShouldBeNull();
    }

    private static string Json(TestRepository repository, string experiment, params string[] sets) => ResolvedWriter.Json(Load(repository, experiment, sets), repository.Folder);

    private static Experiment Load(TestRepository repository, string experiment, params string[] sets) =>
        new ExperimentLoader(repository.Folder, repository.Folder).Load(experiment, sets)[0];

    private static string? Find(TestRepository repository, string experiment, string record, params string[] sets) =>
        new Namesakes(repository.Folder).Find(Load(repository, experiment, sets), record, Encoding.UTF8.GetBytes(Json(repository, experiment, sets)));
}
