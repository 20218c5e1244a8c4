package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const consumerRebalanceMillis = 60_000

// consumerMember speaks KIP-848 as a consumer does: full requests only when something changed, and an assignment is
// taken over and acknowledged at once.
type consumerMember struct {
	wire   *wire
	group  string
	target *target
	id     string
	epoch  int32
	owned  []kmsg.ConsumerGroupHeartbeatRequestTopic
	every  time.Duration
	// What it owns has to be told.
	isChanged bool
	seen      progress
}

func newConsumerMember(w *wire, group string, t *target) *consumerMember {
	var id [16]byte
	rand.Read(id[:])
	return &consumerMember{wire: w, group: group, target: t, id: base64.RawURLEncoding.EncodeToString(id[:]), isChanged: true}
}

func (m *consumerMember) interval() time.Duration { return m.every }

func (m *consumerMember) progress() progress { return m.seen }

func (m *consumerMember) settled() (int32, int) {
	partitions := 0
	for _, topic := range m.owned {
		partitions += len(topic.Partitions)
	}
	return m.epoch, partitions
}

func (m *consumerMember) step() error {
	req := kmsg.NewPtrConsumerGroupHeartbeatRequest()
	req.Version, req.Group, req.MemberID, req.MemberEpoch = 1, m.group, m.id, m.epoch
	req.RebalanceTimeoutMillis = -1
	if m.epoch == 0 {
		req.RebalanceTimeoutMillis = consumerRebalanceMillis
		req.SubscribedTopicNames = []string{m.target.topic}
	}
	if m.isChanged {
		req.Topics = append([]kmsg.ConsumerGroupHeartbeatRequestTopic{}, m.owned...)
	}
	m.seen.requests++
	answer, err := m.wire.ask(req)
	if err != nil {
		return err
	}
	resp := answer.(*kmsg.ConsumerGroupHeartbeatResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); errors.Is(err, kerr.FencedMemberEpoch) {
		m.epoch, m.owned, m.isChanged = 0, nil, true
		return nil
	} else if err != nil {
		return err
	}
	if m.seen.admitted.IsZero() {
		m.seen.admitted = time.Now()
	}
	if m.epoch != resp.MemberEpoch {
		m.seen.moved = time.Now()
	}
	m.epoch, m.every = resp.MemberEpoch, time.Duration(resp.HeartbeatIntervalMillis)*time.Millisecond
	m.isChanged = false
	if resp.Assignment == nil {
		return nil
	}
	m.owned = nil
	for _, topic := range resp.Assignment.Topics {
		owned := kmsg.NewConsumerGroupHeartbeatRequestTopic()
		owned.TopicID, owned.Partitions = topic.TopicID, topic.Partitions
		m.owned = append(m.owned, owned)
	}
	m.isChanged = true
	return m.step()
}

func (m *consumerMember) leave() error {
	req := kmsg.NewPtrConsumerGroupHeartbeatRequest()
	req.Version, req.Group, req.MemberID, req.MemberEpoch = 1, m.group, m.id, -1
	answer, err := m.wire.ask(req)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(answer.(*kmsg.ConsumerGroupHeartbeatResponse).ErrorCode)
}
