package main

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	shareAcknowledgeVersion = 2
	acceptType              = 1
	finalShareEpoch         = -1
)

// heldRecords are acquired and not acknowledged.
type heldRecords struct {
	topicID     [16]byte
	partition   int32
	first, last int64
}

func (m *shareMember) heldCount() (count int64) {
	for _, held := range m.held {
		count += held.last - held.first + 1
	}
	return count
}

func (m *shareMember) accepted() []kmsg.ShareFetchRequestTopic {
	var topics []kmsg.ShareFetchRequestTopic
	for _, held := range m.held {
		if len(topics) == 0 || topics[len(topics)-1].TopicID != held.topicID {
			topics = append(topics, kmsg.ShareFetchRequestTopic{TopicID: held.topicID})
		}
		topic := &topics[len(topics)-1]
		if count := len(topic.Partitions); count == 0 || topic.Partitions[count-1].Partition != held.partition {
			topic.Partitions = append(topic.Partitions, kmsg.ShareFetchRequestTopicPartition{Partition: held.partition})
		}
		p := &topic.Partitions[len(topic.Partitions)-1]
		p.AcknowledgementBatches = append(p.AcknowledgementBatches, kmsg.ShareFetchRequestTopicPartitionAcknowledgementBatch{
			FirstOffset: held.first, LastOffset: held.last, AcknowledgeTypes: []int8{acceptType},
		})
	}
	return topics
}

// acknowledge accepts what it holds.
func (m *shareMember) acknowledge(session int32) error {
	req := kmsg.NewPtrShareAcknowledgeRequest()
	req.Version, req.GroupID, req.MemberID, req.ShareSessionEpoch = shareAcknowledgeVersion, &m.group, &m.id, session
	for _, topic := range m.accepted() {
		each := kmsg.ShareAcknowledgeRequestTopic{TopicID: topic.TopicID}
		for _, p := range topic.Partitions {
			partition := kmsg.ShareAcknowledgeRequestTopicPartition{Partition: p.Partition}
			for _, batch := range p.AcknowledgementBatches {
				partition.AcknowledgementBatches = append(partition.AcknowledgementBatches,
					kmsg.ShareAcknowledgeRequestTopicPartitionAcknowledgementBatch(batch))
			}
			each.Partitions = append(each.Partitions, partition)
		}
		req.Topics = append(req.Topics, each)
	}
	m.held = m.held[:0]
	m.session++
	answer, err := m.wire.ask(req)
	if err != nil {
		return err
	}
	resp := answer.(*kmsg.ShareAcknowledgeResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return err
	}
	for _, topic := range resp.Topics {
		for _, p := range topic.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("partition %d: %w", p.Partition, err)
			}
		}
	}
	return nil
}

// leave accepts what it holds, ends its session and goes.
func (m *shareMember) leave() error {
	if err := m.acknowledge(finalShareEpoch); err != nil {
		return err
	}
	m.epoch = -1
	return m.heartbeat()
}
