package contract

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Notes are what a member of a group tells of itself; its methods may be called from any goroutine.
type Notes struct {
	mutex    sync.Mutex
	events   [][]any
	assigned []string
	fault    *Fault
}

// Look is what a member tells since it was last asked.
type Look struct {
	Assigned []string `json:"assigned"`
	Events   [][]any  `json:"events"`
	Fault    *Fault   `json:"fault,omitempty"`
}

func Place(topic string, partition int32) string { return fmt.Sprintf("%s-%d", topic, partition) }

func (n *Notes) Note(what ...any) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.events = append(n.events, append([]any{time.Now().UnixMilli()}, what...))
}

func (n *Notes) Took(topic string, partition int32, offset int64, value []byte) {
	var number int
	if _, err := fmt.Sscan(string(value), &number); err != nil {
		number = -1
	}
	n.Note("took", Place(topic, partition), offset, number)
}

func (n *Notes) Failed(fault Fault) { n.Note("failed", fault.Type, fault.Code, fault.Message) }

// Moved notes partitions that were assigned, revoked or lost.
func (n *Notes) Moved(how string, partitions map[string][]int32) {
	for topic, numbers := range partitions {
		for _, number := range numbers {
			place := Place(topic, number)
			n.Note(how, place)
			n.mutex.Lock()
			n.assigned = slices.DeleteFunc(n.assigned, func(other string) bool { return other == place })
			if how == "assigned" {
				n.assigned = append(n.assigned, place)
			}
			n.mutex.Unlock()
		}
	}
}

// Ended is what the member cannot get past.
func (n *Notes) Ended(fault Fault) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.fault = &fault
}

func (n *Notes) Look() Look {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	look := Look{Assigned: append([]string{}, n.assigned...), Events: append([][]any{}, n.events...), Fault: n.fault}
	slices.Sort(look.Assigned)
	n.events = nil
	return look
}

// Member is one that a program runs.
type Member interface {
	Look() Look
	Tell(Request) error
	Leave()
}

// Members are a program's, by the names that the runner gave them.
type Members map[string]Member

// Handle answers the ops on members; join makes one.
func (m Members) Handle(request Request, join func(Request) (Member, error)) (any, error) {
	if request.Op == "join" {
		member, err := join(request)
		m[request.Member] = member
		return map[string]any{}, err
	}
	member, ok := m[request.Member]
	if !ok {
		return nil, fmt.Errorf("no such member: %s", request.Member)
	}
	switch request.Op {
	case "tell":
		return map[string]any{}, member.Tell(request)
	case "leave":
		member.Leave()
		delete(m, request.Member)
	}
	return member.Look(), nil
}

// Offsets is the reply to `committed`: −1 and "" where there is none.
type Offsets struct {
	Offsets  []int64  `json:"offsets"`
	Metadata []string `json:"metadata"`
}
