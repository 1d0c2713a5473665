package soak

import (
	"context"
	"errors"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// op is what a call asks for.
type op string

const (
	enterToRead  op = "enter"
	enterToWrite op = "enter to write"
	list         op = "list"
	read         op = "read"
	inspect      op = "inspect"
	write        op = "write"
	look         op = "look" // not a call: the harness takes stock
)

type call struct {
	op      op
	account string
	region  string
	image   principal.Image
	ids     []string // to be changed
	filter  reconcile.Filter
	changes []reconcile.Change
	asked   reconcile.Questions
	look    func()
}

// answer is what comes back.
type answer struct {
	images      []reconcile.Image
	permissions []principal.Principal
	inspection  reconcile.Inspection
	err         error
}

// ask waits for the scheduler's answer. Who gives up waiting gets an error, and
// the call may be carried out all the same.
func (p *process) ask(ctx context.Context, c call) answer {
	t := &ticket{process: p, call: c, context: ctx, answer: make(chan answer, 1)}
	select {
	case p.arrivals <- t:
	case <-ctx.Done():
		return answer{err: failure(reconcile.Uncertain, c, "interrupted")}
	}
	select {
	case a := <-t.answer:
		return a
	case <-ctx.Done():
		return answer{err: failure(reconcile.Uncertain, c, "interrupted")}
	}
}

func failure(kind reconcile.ErrorKind, c call, text string) error {
	subject := c.image.ID
	if subject == "" {
		subject = c.account + c.region
	}
	return &reconcile.Error{Kind: kind, Action: string(c.op), Subject: subject, Hint: "mend it", Err: errors.New(text)}
}

// account is a session of a process in an owner account: the ports.
type account struct {
	*process
	id string
}

func (p *process) openReader(ctx context.Context, owner reconcile.Owner) (run.Reader, error) {
	if a := p.ask(ctx, call{op: enterToRead, account: owner.Account}); a.err != nil {
		return nil, a.err
	}
	return p.broken.reader(&account{p, owner.Account}, owner), nil
}

func (p *process) openWriter(ctx context.Context, owner reconcile.Owner, images []principal.Image) (run.Writer, error) {
	c := call{op: enterToWrite, account: owner.Account}
	for _, image := range images {
		c.ids = append(c.ids, image.ID)
	}
	if a := p.ask(ctx, c); a.err != nil {
		return nil, a.err
	}
	return p.broken.writer(&account{p, owner.Account}), nil
}

func (a *account) List(ctx context.Context, region string, filter reconcile.Filter) ([]reconcile.Image, error) {
	answer := a.ask(ctx, call{op: list, account: a.id, region: region, filter: filter})
	return answer.images, answer.err
}

func (a *account) Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error) {
	answer := a.ask(ctx, call{op: read, account: a.id, region: image.Region, image: image})
	return answer.permissions, answer.err
}

func (a *account) Inspect(ctx context.Context, region string, questions reconcile.Questions) reconcile.Inspection {
	return a.ask(ctx, call{op: inspect, account: a.id, region: region, asked: questions}).inspection
}

func (a *account) Do(ctx context.Context, changes []reconcile.Change) error {
	image := changes[0].Image.Image
	return a.ask(ctx, call{op: write, account: a.id, region: image.Region, image: image, changes: changes}).err
}

func (a *account) MayChange(context.Context, principal.Image) error {
	return errors.New("nobody here asks for that")
}

func (a *account) Identity() string { return "session in " + a.id }

// takeStock runs a function of the harness while no call is being carried out.
func (p *process) takeStock(do func()) { p.ask(context.Background(), call{op: look, look: do}) }
