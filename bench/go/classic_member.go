package main

import (
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// member is one member of a group on a connection of its own, or of several members' who take turns.
type member interface {
	// step does what is due: joins, syncs or sends one heartbeat.
	step() error
	// settled says in which generation or epoch it holds how many partitions; 0 while it does not know.
	settled() (epoch int32, partitions int)
	interval() time.Duration
	// progress says when it was first let in, when it came into its last generation, and how often it asked.
	progress() progress
}

type progress struct {
	admitted time.Time
	moved    time.Time
	requests int
}

const (
	classicSessionMillis   = 45_000
	classicRebalanceMillis = 60_000
)

// classicMember speaks the classic protocol as a consumer with one topic does; the leader deals the partitions out.
type classicMember struct {
	wire       *wire
	group      string
	target     *target
	every      time.Duration
	id         string
	generation int32
	partitions int
	seen       progress
}

func (m *classicMember) interval() time.Duration { return m.every }

func (m *classicMember) progress() progress { return m.seen }

func (m *classicMember) ask(req kmsg.Request) (kmsg.Response, error) {
	m.seen.requests++
	return m.wire.ask(req)
}

func (m *classicMember) settled() (int32, int) { return m.generation, m.partitions }

func (m *classicMember) step() error {
	if m.generation == 0 {
		return m.join()
	}
	req := kmsg.NewPtrHeartbeatRequest()
	req.Version, req.Group, req.Generation, req.MemberID = 4, m.group, m.generation, m.id
	resp, err := m.ask(req)
	if err != nil {
		return err
	}
	return m.rejoinIf(resp.(*kmsg.HeartbeatResponse).ErrorCode)
}

func (m *classicMember) join() error {
	req := kmsg.NewPtrJoinGroupRequest()
	req.Version, req.Group, req.MemberID, req.ProtocolType = 9, m.group, m.id, "consumer"
	req.SessionTimeoutMillis, req.RebalanceTimeoutMillis = classicSessionMillis, classicRebalanceMillis
	subscription := kmsg.NewConsumerMemberMetadata()
	subscription.Topics = []string{m.target.topic}
	protocol := kmsg.NewJoinGroupRequestProtocol()
	protocol.Name, protocol.Metadata = "range", subscription.AppendTo(nil)
	req.Protocols = append(req.Protocols, protocol)
	answer, err := m.ask(req)
	if err != nil {
		return err
	}
	if m.seen.admitted.IsZero() {
		m.seen.admitted = time.Now()
	}
	resp := answer.(*kmsg.JoinGroupResponse)
	switch err := kerr.ErrorForCode(resp.ErrorCode); {
	case errors.Is(err, kerr.MemberIDRequired):
		m.id = resp.MemberID
		return m.join()
	case err != nil:
		return err
	}
	m.id = resp.MemberID
	m.seen.moved = time.Now()
	return m.sync(resp)
}

func (m *classicMember) sync(joined *kmsg.JoinGroupResponse) error {
	req := kmsg.NewPtrSyncGroupRequest()
	req.Version, req.Group, req.Generation, req.MemberID = 5, m.group, joined.Generation, m.id
	req.ProtocolType, req.Protocol = kmsg.StringPtr("consumer"), kmsg.StringPtr("range")
	if joined.LeaderID == m.id {
		req.GroupAssignment = dealOut(joined.Members, m.target)
	}
	answer, err := m.ask(req)
	if err != nil {
		return err
	}
	resp := answer.(*kmsg.SyncGroupResponse)
	if resp.ErrorCode != 0 {
		return m.rejoinIf(resp.ErrorCode)
	}
	var assignment kmsg.ConsumerMemberAssignment
	if err := assignment.ReadFrom(resp.MemberAssignment); err != nil {
		return err
	}
	m.generation, m.partitions = joined.Generation, 0
	for _, topic := range assignment.Topics {
		m.partitions += len(topic.Partitions)
	}
	return nil
}

// rejoinIf the group rebalances; the next step joins again.
func (m *classicMember) rejoinIf(code int16) error {
	err := kerr.ErrorForCode(code)
	if errors.Is(err, kerr.RebalanceInProgress) || errors.Is(err, kerr.IllegalGeneration) {
		m.generation, m.partitions = 0, 0
		return m.join()
	}
	return err
}

func (m *classicMember) leave() error {
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Version, req.Group = 5, m.group
	left := kmsg.NewLeaveGroupRequestMember()
	left.MemberID = m.id
	req.Members = append(req.Members, left)
	answer, err := m.wire.ask(req)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(answer.(*kmsg.LeaveGroupResponse).ErrorCode)
}

func dealOut(members []kmsg.JoinGroupResponseMember, t *target) []kmsg.SyncGroupRequestGroupAssignment {
	all := make([]kmsg.SyncGroupRequestGroupAssignment, len(members))
	for i, member := range members {
		topic := kmsg.NewConsumerMemberAssignmentTopic()
		topic.Topic = t.topic
		for partition := i; partition < t.partitions; partition += len(members) {
			topic.Partitions = append(topic.Partitions, int32(partition))
		}
		assignment := kmsg.NewConsumerMemberAssignment()
		assignment.Topics = append(assignment.Topics, topic)
		all[i] = kmsg.NewSyncGroupRequestGroupAssignment()
		all[i].MemberID, all[i].MemberAssignment = member.MemberID, assignment.AppendTo(nil)
	}
	return all
}
