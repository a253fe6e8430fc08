namespace Zephyr.Experiments.Tests.Store.Remote;

/// <summary>The examples of AWS's documentation, 'Signature Calculations for the Authorization Header': the checker of our tests agrees with AWS.</summary>
public sealed class AwsSignatureTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string Nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Time = "20130524T000000Z";

    [Theory]
    [InlineData("/test.txt", "", "range", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("/", "lifecycle=", "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("/", "max-keys=2&prefix=J", "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void The_published_examples_have_the_published_signatures(string path, string query, string more, string expected)
    {
        List<KeyValuePair<string, string>> headers = [new("host", "examplebucket.s3.amazonaws.com"), new("x-amz-content-sha256", Nothing), new("x-amz-date", Time)];
        if (more == "range")
        {
            headers.Add(new("range", "bytes=0-9"));
        }

        var pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => new KeyValuePair<string, string>(pair.Split('=')[0], pair.Split('=')[1]));
        AwsSignature.Of("GET", path, pairs, headers, Nothing, Time, "us-east-1", Secret).ShouldBe(expected);
    }
}
