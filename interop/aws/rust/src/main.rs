//! One walk through Kinesis with the AWS SDK for Rust; what it saw is printed as JSON. CONTRACT.md says what.
use std::env;
use std::error::Error;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::{BehaviorVersion, Region};
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{
    ShardIteratorType, StartingPosition, StreamDescriptionSummary, StreamStatus, SubscribeToShardEventStream,
};
use aws_sdk_kinesis::{Client, Config};
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use serde_json::{json, Value};

type Failure = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let stream = env::args().nth(1).ok_or("the stream's name is missing")?;
    println!("{}", walk(&stream).await?);
    Ok(())
}

fn connect(secret: &str) -> Result<Client, Failure> {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(env::var("AWS_REGION")?))
        .endpoint_url(env::var("AWS_ENDPOINT_URL")?)
        .credentials_provider(Credentials::from_keys(env::var("AWS_ACCESS_KEY_ID")?, secret, None))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build();
    Ok(Client::from_conf(config))
}

async fn walk(stream: &str) -> Result<Value, Failure> {
    let data: Vec<u8> = (0..=255).collect();
    let kinesis = connect(&env::var("AWS_SECRET_ACCESS_KEY")?)?;
    let stranger = connect("wrong")?;
    kinesis.create_stream().stream_name(stream).shard_count(2).send().await?;
    let summary = until_active(&kinesis, stream).await?;
    let names = kinesis.list_streams().send().await?;
    let shards = kinesis.list_shards().stream_name(stream).send().await?;
    let put = kinesis.put_record().stream_name(stream).partition_key("ключ").data(Blob::new(data)).send().await?;
    let iterator = kinesis
        .get_shard_iterator()
        .stream_name(stream)
        .shard_id(put.shard_id())
        .shard_iterator_type(ShardIteratorType::TrimHorizon)
        .send()
        .await?;
    let got = kinesis.get_records().set_shard_iterator(iterator.shard_iterator).send().await?;
    let record = got.records().first().ok_or("there is no record")?;
    let subscribed = subscribe(&kinesis, summary.stream_arn(), put.shard_id()).await?;
    let arrived_ms = record.approximate_arrival_timestamp().ok_or("it did not arrive")?.to_millis()?;
    Ok(json!({
        "openShards": summary.open_shard_count(),
        "isListed": names.stream_names().iter().any(|name| name == stream),
        "shardIds": shards.shards().iter().map(|shard| shard.shard_id()).collect::<Vec<_>>(),
        "arn": summary.stream_arn(),
        "isSameSequenceNumber": put.sequence_number() == record.sequence_number(),
        "partitionKey": record.partition_key(),
        "data": STANDARD.encode(record.data()),
        "arrivedMs": arrived_ms,
        "subscribed": subscribed,
        "notFound": refusal(kinesis.describe_stream_summary().stream_name("nowhere").send().await)?,
        "invalid": refusal(kinesis.describe_stream_summary().stream_name("no good").send().await)?,
        "wrongSecret": refusal(stranger.list_streams().send().await)?,
    }))
}

async fn until_active(kinesis: &Client, stream: &str) -> Result<StreamDescriptionSummary, Failure> {
    loop {
        let described = kinesis.describe_stream_summary().stream_name(stream).send().await?;
        let summary = described.stream_description_summary.ok_or("there is no summary")?;
        if *summary.stream_status() == StreamStatus::Active {
            return Ok(summary);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn subscribe(kinesis: &Client, arn: &str, shard_id: &str) -> Result<String, Failure> {
    let registered = kinesis.register_stream_consumer().stream_arn(arn).consumer_name("walker").send().await?;
    let consumer = registered.consumer.ok_or("there is no consumer")?;
    let position = StartingPosition::builder().r#type(ShardIteratorType::TrimHorizon).build()?;
    loop {
        let asked = kinesis
            .subscribe_to_shard()
            .consumer_arn(consumer.consumer_arn())
            .shard_id(shard_id)
            .starting_position(position.clone());
        let mut answer = match asked.send().await {
            // The consumer is still being made.
            Err(error) if error.code() == Some("ResourceInUseException") => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            other => other?,
        };
        while let Some(event) = answer.event_stream.recv().await? {
            if let SubscribeToShardEventStream::SubscribeToShardEvent(event) = event {
                if let Some(record) = event.records().first() {
                    return Ok(STANDARD.encode(record.data()));
                }
            }
        }
        return Err("the subscription ended without a record".into());
    }
}

fn refusal<Answer, Refused>(asked: Result<Answer, SdkError<Refused>>) -> Result<Value, Failure>
where
    SdkError<Refused>: ProvideErrorMetadata,
{
    let error = asked.err().ok_or("it was not refused")?;
    let status = error.raw_response().map(|response| response.status().as_u16());
    Ok(json!({ "name": error.code(), "status": status, "message": error.message() }))
}
