package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	shareHeartbeatVersion = 1
	shareFetchVersion     = 2
	// What Java's share consumer asks for by default.
	shareRecords  = 500
	shareMaxBytes = 50 << 20
	shareMaxWait  = 500 * time.Millisecond
	joinPause     = 100 * time.Millisecond
)

// shareFlags are what the commands about share groups are told.
type shareFlags struct {
	*target
	members int
	group   string
	pid     int
}

// shareMember speaks KIP-932 as a share consumer with implicit acknowledgement does: what it has acquired, it accepts
// with its next fetch.
type shareMember struct {
	wire  *wire
	group string
	topic string
	id    string
	epoch int32
	beat  time.Time
	every time.Duration
	// Of all that is assigned to it.
	assigned map[[16]byte][]int32
	session  int32
	held     []heldRecords
	seen     progress
}

func newShareMember(w *wire, group, topic string) *shareMember {
	var id [16]byte
	rand.Read(id[:])
	return &shareMember{wire: w, group: group, topic: topic, id: base64.RawURLEncoding.EncodeToString(id[:])}
}

func (m *shareMember) interval() time.Duration { return m.every }

func (m *shareMember) progress() progress { return m.seen }

func (m *shareMember) step() error { return m.heartbeat() }

// settled counts what it reads as one partition: others may read the same.
func (m *shareMember) settled() (int32, int) {
	return m.epoch, min(len(m.assigned), 1)
}

// join asks until there is something to fetch: a group's first partitions come with a later heartbeat.
func (m *shareMember) join() error {
	for range 600 {
		if err := m.heartbeat(); err != nil {
			return err
		}
		if len(m.assigned) > 0 {
			return nil
		}
		time.Sleep(joinPause)
	}
	return fmt.Errorf("%s gave a member nothing", m.group)
}

func (m *shareMember) heartbeat() error {
	req := kmsg.NewPtrShareGroupHeartbeatRequest()
	req.Version, req.GroupID, req.MemberID, req.MemberEpoch = shareHeartbeatVersion, m.group, m.id, m.epoch
	if m.epoch == 0 {
		req.SubscribedTopicNames = []string{m.topic}
	}
	return patiently(func() error {
		m.seen.requests++
		answer, err := m.wire.ask(req)
		if err != nil {
			return err
		}
		resp := answer.(*kmsg.ShareGroupHeartbeatResponse)
		if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
			// As Java's: the group may have decided all the same, and says so only to whoever subscribes again.
			req.SubscribedTopicNames = []string{m.topic}
			return err
		}
		m.beat = time.Now()
		if m.seen.admitted.IsZero() {
			m.seen.admitted = m.beat
		}
		if m.epoch != resp.MemberEpoch {
			m.seen.moved = m.beat
		}
		m.epoch = resp.MemberEpoch
		m.every = time.Duration(resp.HeartbeatIntervalMillis) * time.Millisecond
		if resp.Assignment != nil {
			m.assigned = make(map[[16]byte][]int32)
			for _, topic := range resp.Assignment.TopicPartitions {
				m.assigned[topic.TopicID] = topic.Partitions
			}
		}
		return nil
	})
}

// fetch accepts what it holds and acquires more, and tells how many records; a heartbeat goes before it where one is due.
func (m *shareMember) fetch(records int) (acquired int, err error) {
	if time.Since(m.beat) > m.every {
		if err := m.heartbeat(); err != nil {
			return 0, err
		}
	}
	req := kmsg.NewPtrShareFetchRequest()
	req.Version, req.GroupID, req.MemberID, req.ShareSessionEpoch = shareFetchVersion, &m.group, &m.id, m.session
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes = int32(shareMaxWait.Milliseconds()), 1, shareMaxBytes
	req.MaxRecords, req.BatchSize = int32(records), int32(records)
	if m.session == 0 {
		req.Topics = m.fetched()
	} else {
		req.Topics = m.accepted()
	}
	answer, err := m.wire.ask(req)
	if err != nil {
		return 0, err
	}
	m.session++
	return m.take(answer.(*kmsg.ShareFetchResponse))
}

func (m *shareMember) take(resp *kmsg.ShareFetchResponse) (acquired int, err error) {
	m.held = m.held[:0]
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return 0, err
	}
	for _, topic := range resp.Topics {
		for _, p := range topic.Partitions {
			for _, code := range []int16{p.ErrorCode, p.AcknowledgeErrorCode} {
				if err := kerr.ErrorForCode(code); err != nil {
					return 0, fmt.Errorf("partition %d: %w", p.Partition, err)
				}
			}
			for _, records := range p.AcquiredRecords {
				acquired += int(records.LastOffset - records.FirstOffset + 1)
				m.held = append(m.held, heldRecords{topic.TopicID, p.Partition, records.FirstOffset, records.LastOffset})
			}
		}
	}
	return acquired, nil
}

// fetched is all that is assigned, as the first fetch of a session names it.
func (m *shareMember) fetched() []kmsg.ShareFetchRequestTopic {
	var topics []kmsg.ShareFetchRequestTopic
	for id, partitions := range m.assigned {
		topic := kmsg.NewShareFetchRequestTopic()
		topic.TopicID = id
		for _, partition := range partitions {
			p := kmsg.NewShareFetchRequestTopicPartition()
			p.Partition = partition
			topic.Partitions = append(topic.Partitions, p)
		}
		topics = append(topics, topic)
	}
	return topics
}
