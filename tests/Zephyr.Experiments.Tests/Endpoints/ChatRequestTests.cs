namespace Zephyr.Experiments.Tests.Endpoints;

public sealed class ChatRequestTests
{
    [Fact]
    public void Keys_stay_what_they_are_so_that_stored_answers_stay_paid_for()
    {
        // SHA-256 of the canonical JSON, computed with Python's json and hashlib.
        var request = EndpointBed.Request() with { Temperature = 0.7, Seed = 3, Attempt = 1 };
        request.Key().ShouldBe("af43bd50fcc973f7f1159f5b684b544c1623289b3fae89f0488112314e04f383");
        (request with { TopLogprobs = 5 }).Key().ShouldBe("850be44066e92e09088333a47acd9ab2714e1cbb1a664f3f8a08b0e952e9235d");
    }
}
