using System.Globalization;
using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;
using Amazon.S3.Model;
using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Store.Remote;

/// <summary>
/// A shared store in a bucket of S3, or of a server that speaks its protocol. An object appears when its upload, in one or many parts,
/// is complete. Requests are tried again by the caller, not by the client library.
/// </summary>
public sealed class S3RemoteStore : IRemoteStore
{
    private const long PartBytes = 64 << 20;
    private const int MostParts = 10_000;

    // A bucket tells when an upload began and not whether it goes on; no object takes a week to send.
    private static readonly TimeSpan s_abandoned = TimeSpan.FromDays(7);
    private readonly AmazonS3Client _client;
    private readonly TimeProvider _clock;
    private readonly string _bucket;
    private readonly string _prefix;
    private readonly long _partBytes;
    private int _isSwept;

    /// <summary>Opens the store; nothing is asked yet.</summary>
    /// <param name="address">An address <c>s3://BUCKET/PREFIX</c>.</param>
    /// <param name="variable">Gives environment variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE, AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL.</param>
    /// <param name="partBytes">Bytes of a part; at least 5 MiB on S3.</param>
    /// <param name="clock">Tells the age of uploads; the system's when left out.</param>
    /// <exception cref="ZephyrException">The address is none, or there are no keys.</exception>
    public S3RemoteStore(string address, Func<string, string?> variable, long partBytes = PartBytes, TimeProvider? clock = null)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != "s3" || uri.Host.Length == 0 || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
        {
            throw new ZephyrException($"The shared store {address} is no address of a bucket: write it as s3://BUCKET/PREFIX.");
        }

        _bucket = uri.Host;
        _prefix = uri.AbsolutePath.Trim('/') is { Length: > 0 } prefix ? prefix + "/" : "";
        _partBytes = partBytes;
        _clock = clock ?? TimeProvider.System;
        Address = address.TrimEnd('/');
        string? Text(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;
        var region = Text("AWS_REGION") ?? Text("AWS_DEFAULT_REGION") ?? "us-east-1";
        var configuration = new AmazonS3Config
        {
            MaxErrorRetry = 0,
            Timeout = TimeSpan.FromMinutes(10),
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if ((Text("AWS_ENDPOINT_URL_S3") ?? Text("AWS_ENDPOINT_URL")) is { } endpoint)
        {
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https") || server.UserInfo.Length > 0)
            {
                throw new ZephyrException("AWS_ENDPOINT_URL: must be an http or https address without user and password, such as https://minio.example:9000.");
            }

            configuration.ServiceURL = endpoint;
            configuration.AuthenticationRegion = region;
            configuration.ForcePathStyle = true;
        }
        else
        {
            configuration.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        _client = new AmazonS3Client(Credentials(Text), configuration);
    }

    /// <inheritdoc />
    public string Address { get; }

    /// <inheritdoc />
    public async Task<long?> SizeAsync(string name, CancellationToken cancellationToken) => await DoAsync<long?>(
        name,
        async () => (await _client.GetObjectMetadataAsync(_bucket, _prefix + name, cancellationToken)).ContentLength,
        cancellationToken);

    /// <inheritdoc />
    public async Task<RemoteFile?> OpenAsync(string name, long offset, CancellationToken cancellationToken) => await DoAsync(
        name,
        async () =>
        {
            var request = new GetObjectRequest { BucketName = _bucket, Key = _prefix + name };
            if (offset > 0)
            {
                request.ByteRange = new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={offset}-"));
            }

            var response = await _client.GetObjectAsync(request, cancellationToken);
            if (offset > 0 && response.HttpStatusCode != HttpStatusCode.PartialContent)
            {
                response.Dispose();
                throw new RemoteStoreException($"{Address}: the server sends all of {name} where the rest was asked for.");
            }

            return new RemoteFile(response.ResponseStream, offset + response.ContentLength);
        },
        cancellationToken);

    /// <inheritdoc />
    public async Task PutAsync(string name, string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length > _partBytes)
        {
            await PutPartsAsync(name, path, cancellationToken);
            return;
        }

        // Without chunks the signature covers the hash of the whole content.
        await DoAsync(
            name,
            () => _client.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = _prefix + name, FilePath = path, UseChunkEncoding = false }, cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private async Task PutPartsAsync(string name, string path, CancellationToken cancellationToken)
    {
        await SweepOnceAsync(cancellationToken);
        var length = new FileInfo(path).Length;
        var part = Math.Max(_partBytes, (length + MostParts - 1) / MostParts);
        var upload = (await DoAsync(name, () => _client.InitiateMultipartUploadAsync(_bucket, _prefix + name, cancellationToken), cancellationToken))!.UploadId;
        try
        {
            var tags = new List<PartETag>();
            for (var offset = 0L; offset < length; offset += part)
            {
                var request = new UploadPartRequest
                {
                    BucketName = _bucket,
                    Key = _prefix + name,
                    UploadId = upload,
                    PartNumber = tags.Count + 1,
                    FilePath = path,
                    FilePosition = offset,
                    PartSize = Math.Min(part, length - offset),
                    UseChunkEncoding = false,
                };
                var sent = await DoAsync(name, () => _client.UploadPartAsync(request, cancellationToken), cancellationToken);
                tags.Add(new PartETag(tags.Count + 1, sent!.ETag));
            }

            await DoAsync(
                name,
                () => _client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = _bucket, Key = _prefix + name, UploadId = upload, PartETags = tags }, cancellationToken),
                cancellationToken);
        }
        catch
        {
            await AbortAsync(_prefix + name, upload);
            throw;
        }
    }

    // What a killed process left. Only objects by their hash are ours, whatever else is in the bucket.
    private async Task SweepOnceAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isSwept, 1) != 0)
        {
            return;
        }

        try
        {
            var listed = await _client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket, Prefix = _prefix + "objects/" }, cancellationToken);
            foreach (var left in (listed.MultipartUploads ?? []).Where(left =>
                ContentHash.IsHash(left.Key[(left.Key.LastIndexOf('/') + 1)..]) && left.Initiated is { } begun && _clock.GetUtcNow() - new DateTimeOffset(begun.ToUniversalTime()) > s_abandoned))
            {
                await AbortAsync(left.Key, left.UploadId);
            }
        }
        catch (Exception failure) when (failure is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or ArgumentException or FormatException)
        {
            // A server without that request, or keys that may not list uploads: its own rule for old ones has to do. A server that is away
            // says so to the request that follows.
        }
    }

    // Parts nobody completes cost money; when the server cannot be reached, its own rule for old uploads has to do.
    private async Task AbortAsync(string key, string upload)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _client.AbortMultipartUploadAsync(_bucket, key, upload, patience.Token);
        }
        catch (Exception failure) when (failure is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException)
        {
            // The failure that led here is thrown; this one says nothing more.
        }
    }

    private async Task<T?> DoAsync<T>(string name, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (AmazonServiceException failure) when (failure.StatusCode == HttpStatusCode.NotFound && failure.ErrorCode != "NoSuchBucket" && failure.ErrorCode != "NoSuchUpload")
        {
            return default;
        }
        catch (AmazonServiceException failure)
        {
            throw Failed(name, failure);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            // What the library throws for headers it cannot read, such as an ETag that is no hash.
            throw new RemoteStoreException($"{Address}: the server's answer for {name} cannot be understood ({failure.Message}). It may not speak S3; check AWS_ENDPOINT_URL.", failure);
        }
        catch (Exception failure) when (failure is AmazonClientException or HttpRequestException or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new RemoteStoreException($"{Address} cannot be reached for {name}. Check the network and AWS_ENDPOINT_URL, and try again.", failure) { IsTransient = true };
        }
    }

    // Messages of servers are not repeated: some quote what was sent.
    private RemoteStoreException Failed(string name, AmazonServiceException failure)
    {
        var code = new string([.. (failure.ErrorCode ?? "").Take(60).Where(char.IsAsciiLetterOrDigit)]);
        var status = $"{(int)failure.StatusCode}{(code.Length > 0 ? $", {code}" : "")}";
        return failure.StatusCode switch
        {
            _ when code == "NoSuchBucket" => new RemoteStoreException($"{Address}: there is no such bucket ({status}). Check the name and AWS_ENDPOINT_URL.", failure),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new RemoteStoreException(
                $"{Address}: access to {name} is refused ({status}). Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_REGION, this machine's clock, and that the keys may read, list and write there.", failure),
            HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError or default(HttpStatusCode) =>
                new RemoteStoreException($"{Address}: the server failed on {name} ({status}). Try again later.", failure) { IsTransient = true },
            _ => new RemoteStoreException($"{Address}: the server answered {status} for {name}, which was not expected. Check the address and AWS_REGION.", failure),
        };
    }

    private static AWSCredentials Credentials(Func<string, string?> text)
    {
        if (text("AWS_ACCESS_KEY_ID") is { } id && text("AWS_SECRET_ACCESS_KEY") is { } secret)
        {
            return text("AWS_SESSION_TOKEN") is { } token ? new SessionAWSCredentials(id, secret, token) : new BasicAWSCredentials(id, secret);
        }

        if (text("AWS_PROFILE") is { } profile)
        {
            return new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var found)
                ? found
                : throw new ZephyrException($"AWS_PROFILE: there is no profile {profile} with keys.");
        }

        throw new ZephyrException("The shared store is a bucket, and there are no keys for it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.");
    }
}
