// One walk through Kinesis with the AWS SDK for Go v2; what it saw is printed as JSON. CONTRACT.md says what.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/smithy-go"
)

type told struct {
	Name    string `json:"name"`
	Status  int    `json:"status"`
	Message string `json:"message"`
}

func main() {
	if err := walk(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func walk(ctx context.Context, stream string) error {
	data := make([]byte, 256)
	for index := range data {
		data[index] = byte(index)
	}
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(1))
	if err != nil {
		return err
	}
	client := kinesis.NewFromConfig(loaded)
	stranger := kinesis.NewFromConfig(loaded, func(options *kinesis.Options) {
		options.Credentials = credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), "wrong", "")
	})
	if _, err := client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: &stream, ShardCount: aws.Int32(2)}); err != nil {
		return err
	}
	summary, err := untilActive(ctx, client, stream)
	if err != nil {
		return err
	}
	names, err := client.ListStreams(ctx, &kinesis.ListStreamsInput{})
	if err != nil {
		return err
	}
	shards, err := client.ListShards(ctx, &kinesis.ListShardsInput{StreamName: &stream})
	if err != nil {
		return err
	}
	shardIds := []string{}
	for _, shard := range shards.Shards {
		shardIds = append(shardIds, *shard.ShardId)
	}
	put, err := client.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: &stream, PartitionKey: aws.String("ключ"), Data: data})
	if err != nil {
		return err
	}
	iterator, err := client.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
		StreamName: &stream, ShardId: put.ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		return err
	}
	got, err := client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: iterator.ShardIterator})
	if err != nil {
		return err
	}
	if len(got.Records) != 1 {
		return fmt.Errorf("%d records", len(got.Records))
	}
	record := got.Records[0]
	subscribed, err := subscribe(ctx, client, summary.StreamARN, put.ShardId)
	if err != nil {
		return err
	}
	_, notFound := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("nowhere")})
	_, invalid := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("no good")})
	_, wrongSecret := stranger.ListStreams(ctx, &kinesis.ListStreamsInput{})
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"openShards":           summary.OpenShardCount,
		"isListed":             slices.Contains(names.StreamNames, stream),
		"shardIds":             shardIds,
		"arn":                  summary.StreamARN,
		"isSameSequenceNumber": *put.SequenceNumber == *record.SequenceNumber,
		"partitionKey":         record.PartitionKey,
		"data":                 base64.StdEncoding.EncodeToString(record.Data),
		"arrivedMs":            record.ApproximateArrivalTimestamp.UnixMilli(),
		"subscribed":           subscribed,
		"notFound":             refusal(notFound),
		"invalid":              refusal(invalid),
		"wrongSecret":          refusal(wrongSecret),
	})
}

func untilActive(ctx context.Context, client *kinesis.Client, stream string) (*types.StreamDescriptionSummary, error) {
	for {
		described, err := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: &stream})
		if err != nil {
			return nil, err
		}
		if described.StreamDescriptionSummary.StreamStatus == types.StreamStatusActive {
			return described.StreamDescriptionSummary, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func subscribe(ctx context.Context, client *kinesis.Client, arn, shardId *string) (string, error) {
	consumer, err := client.RegisterStreamConsumer(ctx, &kinesis.RegisterStreamConsumerInput{
		StreamARN: arn, ConsumerName: aws.String("walker"),
	})
	if err != nil {
		return "", err
	}
	for {
		answer, err := client.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{
			ConsumerARN: consumer.Consumer.ConsumerARN, ShardId: shardId,
			StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon},
		})
		var inUse *types.ResourceInUseException
		if errors.As(err, &inUse) {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if err != nil {
			return "", err
		}
		events := answer.GetStream()
		defer events.Close()
		for event := range events.Events() {
			if member, ok := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent); ok && len(member.Value.Records) > 0 {
				return base64.StdEncoding.EncodeToString(member.Value.Records[0].Data), nil
			}
		}
		return "", errors.Join(errors.New("the subscription ended without a record"), events.Err())
	}
}

func refusal(err error) *told {
	var api smithy.APIError
	var response *awshttp.ResponseError
	if !errors.As(err, &api) || !errors.As(err, &response) {
		return nil
	}
	return &told{Name: api.ErrorCode(), Status: response.HTTPStatusCode(), Message: api.ErrorMessage()}
}
