using Zephyr.Core;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Tests.Tracking;

namespace Zephyr.Experiments.Tests.Hub;

public sealed class HubOptionsTests
{
    [Fact]
    public void Without_any_variable_the_public_hub_and_the_usual_folder_are_used()
    {
        var options = HubOptions.FromEnvironment(name => name == "XDG_CACHE_HOME" ? "/nowhere" : null);

        options.Endpoint.ShouldBe(new Uri("https://huggingface.co/"));
        options.Cache.ShouldBe("/nowhere/huggingface/hub");
        (options.HasToken, options.Offline).ShouldBe((false, false));
    }

    [Fact]
    public void Variables_that_users_of_the_hub_know_are_honoured()
    {
        using var home = new TempFolder();
        home.File("token", "hf_stored\n");
        var variables = new Dictionary<string, string> { ["HF_HOME"] = home.Path, ["HF_HUB_OFFLINE"] = "1", ["HF_ENDPOINT"] = "https://mirror.example/hub/" };

        var options = HubOptions.FromEnvironment(variables.GetValueOrDefault);
        (options.Cache, options.Offline, options.HasToken, options.Endpoint.ToString()).ShouldBe((Path.Combine(home.Path, "hub"), true, true, "https://mirror.example/hub/"));
        options.Authorization(new Uri("https://mirror.example/hub/x"))!.Parameter.ShouldBe("hf_stored");

        variables["HF_TOKEN"] = "hf_given";
        variables["HF_HUB_CACHE"] = "/other";
        options = HubOptions.FromEnvironment(variables.GetValueOrDefault);
        options.Cache.ShouldBe("/other");
        options.Authorization(options.Endpoint)!.Parameter.ShouldBe("hf_given");
        options.ToString().ShouldNotContain("hf_given");
    }

    [Theory]
    [InlineData("https://mirror.example.evil/hub/x")]
    [InlineData("http://mirror.example/hub/x")]
    [InlineData("https://mirror.example:8443/hub/x")]
    [InlineData("https://cdn.mirror.example/x")]
    public void The_token_is_for_scheme_host_and_port_of_the_endpoint_alone(string address) =>
        new HubOptions("https://mirror.example/hub", "/cache", "hf_x").Authorization(new Uri(address)).ShouldBeNull();

    [Theory]
    [InlineData("HF_ENDPOINT", "ftp://x")]
    [InlineData("HF_ENDPOINT", "https://user:password@x")]
    [InlineData("HF_ENDPOINT", "http://mirror.example")]
    [InlineData("HF_TOKEN", "hf x")]
    [InlineData("HF_TOKEN", "hf_é")]
    [InlineData("HF_HUB_OFFLINE", "perhaps")]
    public void A_value_that_cannot_be_used_is_named_and_the_token_is_not_shown(string name, string value)
    {
        var variables = new Dictionary<string, string> { ["HF_TOKEN"] = "hf_secret", [name] = value };

        var failure = Should.Throw<ZephyrException>(() => HubOptions.FromEnvironment(variables.GetValueOrDefault));

        failure.Message.ShouldStartWith(name);
        failure.Message.ShouldNotContain("secret");
        failure.Message.ShouldNotContain("hf_é");
    }
}
