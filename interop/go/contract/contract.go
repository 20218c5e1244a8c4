// Package contract is the Go side of ../../CONTRACT.md: requests and replies as JSON lines.
package contract

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"
)

// Bytes is nil for null; the specification is resolved while the JSON is read.
type Bytes []byte

func (b *Bytes) UnmarshalJSON(raw []byte) error {
	var text *string
	if json.Unmarshal(raw, &text) == nil {
		if text == nil {
			*b = nil
		} else {
			*b = append(Bytes{}, *text...)
		}
		return nil
	}
	var spec struct {
		Hex    *string
		Size   int
		Seed   *uint32
		Repeat string
	}
	if err := json.Unmarshal(raw, &spec); err != nil {
		return err
	}
	if spec.Hex != nil {
		decoded, err := hex.DecodeString(*spec.Hex)
		*b = append(Bytes{}, decoded...)
		return err
	}
	*b = make(Bytes, spec.Size)
	for i := range *b {
		if spec.Seed != nil {
			*spec.Seed = *spec.Seed*1664525 + 1013904223
			(*b)[i] = byte(*spec.Seed >> 24)
		} else {
			(*b)[i] = spec.Repeat[i%len(spec.Repeat)]
		}
	}
	return nil
}

// Header is written as [name, bytes].
type Header struct {
	Name  string
	Value Bytes
}

func (h *Header) UnmarshalJSON(raw []byte) error {
	var pair [2]json.RawMessage
	if err := json.Unmarshal(raw, &pair); err != nil {
		return err
	}
	if err := json.Unmarshal(pair[0], &h.Name); err != nil {
		return err
	}
	return h.Value.UnmarshalJSON(pair[1])
}

type Record struct {
	Key       Bytes
	Value     Bytes
	Headers   []Header
	Timestamp int64
}

type From struct {
	Offset *int64
	Time   *int64
}

type Request struct {
	Op         string
	Topic      string
	Partition  int32
	Partitions int32
	Codec      string
	Batches    [][]Record
	From       From
	Count      int
	Chunk      int
	PauseMs    int
	Times      []int64
	Kind       string
	First      int

	Member           string
	Group            string
	Topics           []string
	Protocol         string
	Assignor         string
	InstanceID       string
	Commit           string
	Metadata         string
	SessionTimeoutMs int
	Reset            string
	What             string
	Offset           int64
	Classic          string
	Consumer         string
	Empty            string

	Producer        string
	TransactionalID string
	TimeoutMs       int
	Version         int
	To              []Target
	Into            string
	Isolation       string
	SilenceMs       int

	Worker  string
	Members int
	Batch   int
}

// Text is a string, or the digits of a number.
type Text string

func (t *Text) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, (*string)(t))
	}
	*t = Text(raw)
	return nil
}

// Target is where a transaction writes what; it comes as [topic, partition, value], or with a key behind that.
type Target struct {
	Topic     string
	Partition int32
	Value     Text
	Key       Bytes
}

func (p *Target) UnmarshalJSON(raw []byte) error {
	return json.Unmarshal(raw, &[]any{&p.Topic, &p.Partition, &p.Value, &p.Key})
}

// SessionTimeout is what a member asks for, unless its protocol leaves that to the broker.
func (r Request) SessionTimeout() time.Duration {
	if r.SessionTimeoutMs == 0 {
		return 10 * time.Second
	}
	return time.Duration(r.SessionTimeoutMs) * time.Millisecond
}

// Seen is a record as it was read: contents as digests.
type Seen struct {
	Offset    int64    `json:"offset"`
	Timestamp int64    `json:"timestamp"`
	Key       *string  `json:"key"`
	Value     *string  `json:"value"`
	Headers   [][2]any `json:"headers"`
}

// Digest is null for null, else the length and the first 8 bytes of SHA-256.
func Digest(b []byte) *string {
	if b == nil {
		return nil
	}
	sum := sha256.Sum256(b)
	digest := fmt.Sprintf("%d:%s", len(b), hex.EncodeToString(sum[:8]))
	return &digest
}

type Fault struct {
	Type    string `json:"type"`
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Check is one row of an `admin` reply.
type Check struct {
	Name  string `json:"name"`
	Error string `json:"error,omitempty"`
}

// Checks runs named steps; a failed one does not stop the rest.
type Checks []Check

func (c *Checks) Run(name string, step func() error) {
	check := Check{Name: name}
	if err := step(); err != nil {
		check.Error = err.Error()
	}
	*c = append(*c, check)
}

// Expect is an error when got differs from want.
func Expect[T comparable](what string, got, want T) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%s: got %v, want %v", what, got, want)
}

// Eventually tries again for a while: Kafka's brokers hear of a change of metadata after it was answered.
func Eventually(step func() error) (err error) {
	for range 50 {
		if err = step(); err == nil {
			return nil
		}
		Pause(100)
	}
	return err
}

var output sync.Mutex

func write(message any) {
	line, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	output.Lock()
	defer output.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

func Progress(count int) { write(map[string]int{"progress": count}) }

// ShareNote tells at once what a member of a share group took, what the broker said to it, or what failed.
func ShareNote(member, what string, which any) {
	write(map[string]any{"share": map[string]any{"member": member, "atMs": time.Now().UnixMilli(), what: which}})
}

func Pause(ms int) { time.Sleep(time.Duration(ms) * time.Millisecond) }

// Serve answers requests until stdin ends. Replies of handle go out under "ok", its errors under "error".
func Serve(handle func(Request) (any, error), fault func(error) Fault) {
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var request Request
		var reply any
		if err = json.Unmarshal(line, &request); err == nil {
			reply, err = handle(request)
		}
		if err != nil {
			write(map[string]any{"error": fault(err)})
		} else {
			write(map[string]any{"ok": reply})
		}
	}
}
