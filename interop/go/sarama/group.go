package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"sluice.dev/interop/contract"
)

var members = contract.Members{}

var strategies = map[string]func() sarama.BalanceStrategy{
	"range":              sarama.NewBalanceStrategyRange,
	"roundrobin":         sarama.NewBalanceStrategyRoundRobin,
	"sticky":             sarama.NewBalanceStrategySticky,
	"cooperative-sticky": sarama.NewBalanceStrategyCooperativeSticky,
}

const commitEveryMax = 100

// member is a sarama.ConsumerGroupHandler. A commit of sarama's says nothing of its outcome.
type member struct {
	contract.Notes
	group   sarama.ConsumerGroup
	wanted  contract.Request
	ctx     context.Context
	stop    context.CancelFunc
	ended   chan struct{}
	mutex   sync.Mutex
	session sarama.ConsumerGroupSession
}

func join(wanted contract.Request) (contract.Member, error) {
	c := config()
	c.Consumer.Group.Session.Timeout = wanted.SessionTimeout()
	c.Consumer.Group.Heartbeat.Interval = 500 * time.Millisecond
	if limit := wanted.SessionTimeout() / 3; c.Consumer.Group.Heartbeat.Interval > limit {
		c.Consumer.Group.Heartbeat.Interval = limit
	}
	c.Consumer.Group.InstanceId = wanted.InstanceID
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Consumer.Offsets.AutoCommit.Enable = wanted.Commit == "auto"
	c.Consumer.MaxWaitTime = 100 * time.Millisecond
	c.Metadata.RefreshFrequency = 2 * time.Second
	if strategy, ok := strategies[wanted.Assignor]; ok {
		c.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategy()}
	}
	group, err := sarama.NewConsumerGroup(brokers, wanted.Group, c)
	if err != nil {
		return nil, err
	}
	m := &member{group: group, wanted: wanted, ended: make(chan struct{})}
	m.ctx, m.stop = context.WithCancel(context.Background())
	go func() {
		for err := range group.Errors() {
			m.Failed(fault(err))
		}
	}()
	go m.run()
	return m, nil
}

func (m *member) run() {
	defer close(m.ended)
	for m.ctx.Err() == nil {
		if err := m.group.Consume(m.ctx, m.wanted.Topics, m); err != nil {
			m.Failed(fault(err))
			contract.Pause(100)
		}
	}
	if err := m.group.Close(); err != nil {
		m.Failed(fault(err))
	}
}

func (m *member) Setup(session sarama.ConsumerGroupSession) error {
	m.mutex.Lock()
	m.session = session
	m.mutex.Unlock()
	return nil
}

func (m *member) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// ConsumeClaim lasts as long as the member has the partition: with a cooperative strategy that is longer than a session.
func (m *member) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	one := map[string][]int32{claim.Topic(): {claim.Partition()}}
	m.Moved("assigned", one)
	defer m.Moved("revoked", one)
	since := 0
	for message := range claim.Messages() {
		m.Took(message.Topic, message.Partition, message.Offset, message.Value)
		session.MarkOffset(message.Topic, message.Partition, message.Offset+1, m.wanted.Metadata)
		if since++; m.wanted.Commit != "none" && (len(claim.Messages()) == 0 || since >= commitEveryMax) {
			session.Commit()
			since = 0
		}
	}
	return nil
}

func (m *member) Tell(request contract.Request) error {
	m.mutex.Lock()
	session := m.session
	m.mutex.Unlock()
	switch request.What {
	case "pause":
		m.group.PauseAll()
	case "resume":
		m.group.ResumeAll()
	case "commit":
		session.ResetOffset(request.Topic, request.Partition, request.Offset, request.Metadata)
		session.Commit()
	default:
		return fmt.Errorf("no such thing to tell: %s", request.What)
	}
	return nil
}

func (m *member) Leave() {
	m.stop()
	<-m.ended
}

func withAdmin(use func(sarama.ClusterAdmin) error) error {
	adm, err := sarama.NewClusterAdmin(brokers, config())
	if err != nil {
		return err
	}
	defer adm.Close()
	return use(adm)
}

func committed(request contract.Request) (any, error) {
	reply := contract.Offsets{}
	return &reply, withAdmin(func(adm sarama.ClusterAdmin) error {
		asked := []int32{}
		for partition := range request.Partitions {
			asked = append(asked, partition)
		}
		fetched, err := adm.ListConsumerGroupOffsets(request.Group, map[string][]int32{request.Topic: asked})
		if err != nil {
			return err
		}
		for _, partition := range asked {
			block := fetched.GetBlock(request.Topic, partition)
			if block == nil {
				return fmt.Errorf("no answer for partition %d", partition)
			}
			if block.Err != sarama.ErrNoError {
				return block.Err
			}
			reply.Offsets = append(reply.Offsets, block.Offset)
			reply.Metadata = append(reply.Metadata, block.Metadata)
		}
		return nil
	})
}

func provokedOnGroup(request contract.Request) error {
	metadata := ""
	switch request.Kind {
	case "longMetadata":
		metadata = strings.Repeat("x", 5000)
		fallthrough
	case "commitAsStranger", "commitUnknownTopic":
		return withAdmin(func(adm sarama.ClusterAdmin) error {
			offsets := map[string]map[int32]sarama.OffsetAndMetadata{request.Topic: {0: {Offset: 1, LeaderEpoch: -1, Metadata: metadata}}}
			response, err := adm.AlterConsumerGroupOffsets(request.Group, offsets, nil)
			if err != nil {
				return err
			}
			if code := response.Errors[request.Topic][0]; code != sarama.ErrNoError {
				return code
			}
			return nil
		})
	case "deleteGroup":
		return withAdmin(func(adm sarama.ClusterAdmin) error { return adm.DeleteConsumerGroup(request.Group) })
	}
	return errors.New("no such kind: " + request.Kind)
}
