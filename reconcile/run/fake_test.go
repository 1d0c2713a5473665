package run_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
)

// fakeCloud is a cloud in memory: it keeps images and their permissions, logs
// every call, and fails where it is told to. It is safe for concurrent use.
type fakeCloud struct {
	mutex  sync.Mutex
	images map[principal.Image]*fakeImage
	calls  []call

	// members says which accounts are in an organization or an OU.
	members map[principal.Principal][]string
	// refuses holds principals that the cloud does not know: a call that adds
	// or removes one is refused as a whole.
	refuses map[principal.Principal]bool
	// most is how many entries an image may have, the public apart; zero means any
	// number. What a call takes away makes no room for what it gives.
	most int
	// inspect answers what is asked of a region; nil finds nothing in the way.
	inspect func(region string, questions reconcile.Questions) reconcile.Inspection
	// fault is asked at every call what is to go wrong; may be nil.
	fault func(n int, c call) fault
	// watch is told of every call after it took effect; may be nil.
	watch func(c call)

	busy, mostBusy map[reconcile.Lane]int // calls about images in flight
	gate           func(c call)           // runs outside the lock, while the call is in flight; may be nil
}

type fakeImage struct {
	image reconcile.Image
	has   []principal.Principal
	// Readings to come that still show what was there before the last change.
	stale     []principal.Principal
	staleLeft int
}

type op string

const (
	opEnterRead  op = "enter for reading"
	opEnterWrite op = "enter for writing"
	opList       op = "list"
	opRead       op = "read"
	opWrite      op = "write"
	opInspect    op = "inspect"
	opTry        op = "try a write"
)

// call is one entry of the log.
type call struct {
	op      op
	account string
	region  string
	image   principal.Image
	ids     []string
	names   []string
	changes []reconcile.Change
	asked   reconcile.Questions
}

// fault is what goes wrong with a call. The zero value is nothing.
type fault string

const (
	fine            fault = ""
	denied          fault = "denied"
	throttled       fault = "throttled"
	refused         fault = "refused"
	quota           fault = "quota"
	invalid         fault = "invalid"
	uncertainBefore fault = "uncertain, without effect"
	uncertainAfter  fault = "uncertain, with effect"
	unsent          fault = "held back by an interruption"
	noEffect        fault = "success without effect"
	lagging         fault = "success that shows late"
	neverShows      fault = "success that is not shown"
)

var kindOfFault = map[fault]reconcile.ErrorKind{
	denied: reconcile.Denied, throttled: reconcile.Throttled, refused: reconcile.Refused, quota: reconcile.Quota, invalid: reconcile.Invalid,
	uncertainBefore: reconcile.Uncertain, uncertainAfter: reconcile.Uncertain, unsent: reconcile.NotSent,
}

func newFake() *fakeCloud {
	return &fakeCloud{images: map[principal.Image]*fakeImage{}, members: map[principal.Principal][]string{}, refuses: map[principal.Principal]bool{},
		busy: map[reconcile.Lane]int{}, mostBusy: map[reconcile.Lane]int{}}
}

// put adds an image with its permissions.
func (f *fakeCloud) put(image reconcile.Image, has ...principal.Principal) {
	f.images[image.Image] = &fakeImage{image: image, has: principal.Sorted(has)}
}

// clone is a cloud with the same images and nothing logged.
func (f *fakeCloud) clone() *fakeCloud {
	c := newFake()
	c.members, c.refuses, c.most = f.members, maps.Clone(f.refuses), f.most
	for id, image := range f.images {
		copied := *image
		copied.has = slices.Clone(image.has)
		c.images[id] = &copied
	}
	return c
}

// settle ends all troubles: no fault, no lag, nothing refused.
func (f *fakeCloud) settle() {
	f.fault, f.watch, f.gate, f.calls = nil, nil, nil, nil
	clear(f.refuses)
	for _, image := range f.images {
		image.staleLeft = 0
	}
}

// state is who has which image.
func (f *fakeCloud) state() map[principal.Image][]principal.Principal {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	state := map[principal.Image][]principal.Principal{}
	for id, image := range f.images {
		state[id] = slices.Clone(image.has)
	}
	return state
}

// reach returns the accounts, of all that the members name and those listed
// directly, that may launch an image with these permissions; "*" stands for
// everybody else in the world.
func (f *fakeCloud) reach(permissions []principal.Principal) map[string]bool {
	accounts := map[string]bool{}
	for _, p := range permissions {
		switch p.Kind {
		case principal.Account:
			accounts[p.ID] = true
		case principal.Public:
			accounts["*"] = true
		default:
			for _, member := range f.members[p] {
				accounts[member] = true
			}
		}
	}
	return accounts
}

func (f *fakeCloud) log(c call) fault {
	f.calls = append(f.calls, c)
	if f.fault == nil {
		return fine
	}
	return f.fault(len(f.calls), c)
}

// count counts the calls that the test accepts.
func (f *fakeCloud) count(wanted func(call) bool) int {
	n := 0
	for _, c := range f.calls {
		if wanted(c) {
			n++
		}
	}
	return n
}

func (f *fakeCloud) countOp(o op) int { return f.count(func(c call) bool { return c.op == o }) }

func failure(kind reconcile.ErrorKind, action, subject string) error {
	return &reconcile.Error{Kind: kind, Action: action, Subject: subject, Hint: "mend it", Err: errors.New(string(kind) + ", says the fake")}
}

func (f *fakeCloud) openReader(_ context.Context, owner reconcile.Owner) (run.Reader, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if kind := kindOfFault[f.log(call{op: opEnterRead, account: owner.Account})]; kind != "" {
		return nil, failure(reconcile.Credentials, "enter", owner.Account)
	}
	return &fakeAccount{f, owner.Account}, nil
}

func (f *fakeCloud) openWriter(_ context.Context, owner reconcile.Owner, images []principal.Image) (run.Writer, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	c := call{op: opEnterWrite, account: owner.Account}
	for _, image := range images {
		c.ids = append(c.ids, image.ID)
	}
	switch kind := kindOfFault[f.log(c)]; kind {
	case "":
		return &fakeAccount{f, owner.Account}, nil
	case reconcile.NotSent:
		return nil, failure(kind, "enter", owner.Account)
	}
	return nil, failure(reconcile.Credentials, "enter", owner.Account)
}

// fakeAccount is a session in one owner account.
type fakeAccount struct {
	*fakeCloud
	account string
}

func (a *fakeAccount) Identity() string { return "session in " + a.account }

func (a *fakeAccount) List(ctx context.Context, region string, filter reconcile.Filter) ([]reconcile.Image, error) {
	if ctx.Err() != nil {
		return nil, failure(reconcile.Uncertain, "list", region)
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if kind := kindOfFault[a.log(call{op: opList, account: a.account, region: region, ids: slices.Clone(filter.IDs), names: filter.Names})]; kind != "" {
		return nil, failure(kind, "list", region)
	}
	images := []reconcile.Image{}
	for id, image := range a.images {
		if id.Account == a.account && id.Region == region && filter.Holds(image.image) {
			images = append(images, image.image)
		}
	}
	return images, nil // in any order, as maps give it
}

func (a *fakeAccount) Permissions(ctx context.Context, image principal.Image) ([]principal.Principal, error) {
	if ctx.Err() != nil {
		return nil, failure(reconcile.Uncertain, "read", image.ID)
	}
	c := call{op: opRead, account: a.account, region: image.Region, image: image}
	defer a.enter(c)()
	if kind := kindOfFault[a.log(c)]; kind != "" {
		return nil, failure(kind, "read", image.ID)
	}
	held, has := a.images[image]
	if !has || image.Account != a.account {
		return nil, failure(reconcile.NotFound, "read", image.ID)
	}
	if held.staleLeft > 0 {
		held.staleLeft--
		return slices.Clone(held.stale), nil
	}
	if len(held.has) == 0 {
		return nil, nil // as a careless adapter says it
	}
	return slices.Clone(held.has), nil
}

func (a *fakeAccount) Inspect(_ context.Context, region string, questions reconcile.Questions) reconcile.Inspection {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.log(call{op: opInspect, account: a.account, region: region, asked: questions})
	if a.inspect == nil {
		return reconcile.Inspection{}
	}
	return a.inspect(region, questions)
}

func (a *fakeAccount) MayChange(_ context.Context, image principal.Image) error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if kind := kindOfFault[a.log(call{op: opTry, account: a.account, region: image.Region, image: image})]; kind != "" {
		return failure(kind, "try", image.ID)
	}
	return nil
}

func (a *fakeAccount) Do(ctx context.Context, changes []reconcile.Change) error {
	if len(changes) == 0 {
		panic("an empty modification")
	}
	image := changes[0].Image.Image
	c := call{op: opWrite, account: a.account, region: image.Region, image: image, changes: slices.Clone(changes)}
	defer a.enter(c)()
	troubled := a.log(c)
	held, has := a.images[image]
	if !has || image.Account != a.account {
		return failure(reconcile.NotFound, "write", image.ID)
	}
	if held.image.State != reconcile.Available {
		return failure(reconcile.WrongState, "write", image.ID)
	}
	for _, change := range changes {
		if change.Image.Image != image {
			panic("a call about two images")
		}
		if a.refuses[change.Principal.Principal] {
			return failure(reconcile.Refused, "write", image.ID)
		}
	}
	if kind := kindOfFault[troubled]; kind != "" && troubled != uncertainAfter {
		return failure(kind, "write", image.ID)
	}
	if a.most > 0 && entriesWith(held.has, changes) > a.most {
		return failure(reconcile.Quota, "write", image.ID)
	}
	if troubled == lagging || troubled == neverShows {
		held.stale, held.staleLeft = slices.Clone(held.has), map[fault]int{lagging: 3, neverShows: 1 << 30}[troubled]
	}
	if troubled != noEffect {
		held.has = reconcile.Patch(held.has, changes)
	}
	if a.watch != nil {
		a.watch(c)
	}
	if troubled == uncertainAfter {
		return failure(reconcile.Uncertain, "write", image.ID)
	}
	return nil
}

// entriesWith counts the entries once the changes have given what they give, or
// none where they give nothing.
func entriesWith(has []principal.Principal, changes []reconcile.Change) int {
	gives := slices.DeleteFunc(slices.Clone(changes), func(c reconcile.Change) bool { return c.Verb != reconcile.VerbGrant })
	if len(gives) == 0 {
		return 0
	}
	return len(slices.DeleteFunc(reconcile.Patch(has, gives), func(p principal.Principal) bool { return p == principal.Everyone }))
}

// enter counts the calls in flight in a lane, and returns with the lock held;
// what it returns lets go.
func (a *fakeAccount) enter(c call) func() {
	lane := reconcile.LaneOf(c.image)
	a.mutex.Lock()
	a.busy[lane]++
	a.mostBusy[lane] = max(a.mostBusy[lane], a.busy[lane])
	if a.gate != nil {
		a.mutex.Unlock()
		a.gate(c)
		a.mutex.Lock()
	}
	return func() {
		a.busy[lane]--
		a.mutex.Unlock()
	}
}

// estate is manifests, compiled, and the cloud that they are about.
type estate struct {
	declarations *reconcile.Declarations
	cloud        *fakeCloud
	scope        reconcile.Scope
	options      run.Options
	at           time.Time
	carriers     map[principal.Provider]reconcile.Carrier
	limits       map[principal.Provider]reconcile.Limits

	clock *fakeClock
}

// fakeClock adds up how long was slept.
type fakeClock struct {
	mutex sync.Mutex
	slept time.Duration
	naps  int
}

func (c *fakeClock) sleep(_ context.Context, d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.slept += d
	c.naps++
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func day(offset int) time.Time { return noon.Truncate(24*time.Hour).AddDate(0, 0, offset) }

func carryAll(changes []reconcile.Change) []reconcile.Call {
	return []reconcile.Call{{Action: "Modify", Changes: changes}}
}

// carryOne is a cloud where each call gives or takes one entry.
func carryOne(changes []reconcile.Change) []reconcile.Call {
	var calls []reconcile.Call
	for _, change := range changes {
		calls = append(calls, reconcile.Call{Action: "Share", Changes: []reconcile.Change{change}})
	}
	return calls
}

var carriers = map[principal.Provider]reconcile.Carrier{principal.AWS: carryAll}

func newEstate(owners ...reconcile.Owner) *estate {
	e := &estate{cloud: newFake(), at: noon, clock: &fakeClock{}, declarations: &reconcile.Declarations{Owners: owners,
		Policy: reconcile.Policy{AllowPublic: true, Revokes: reconcile.RevokeLimits{Max: 1000, MaxPrincipals: 1000, MaxPercentPerImage: 100}}}}
	e.carriers = carriers
	e.cloud.members = map[principal.Principal][]string{unit: {alice.ID, bob.ID}, org: {alice.ID, bob.ID, carol.ID}}
	e.options = run.Options{Sleep: e.clock.sleep, Now: func() time.Time { return e.at }, Parallel: 4}
	return e
}

var (
	alice = account("200000000001")
	bob   = account("200000000002")
	carol = account("200000000003")
	dave  = account("200000000004") // in no organization
	typo  = account("200000000099") // does not exist
	org   = principal.Principal{Kind: principal.Organization, ID: "arn:aws:organizations::123456789012:organization/o-exampleorg1"}
	unit  = principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"}
	world = principal.Everyone

	factory = reconcile.Owner{Name: "factory", Provider: principal.AWS, Account: "111111111111", Regions: []string{"eu-west-1", "us-east-1"}}
	lab     = reconcile.Owner{Name: "lab", Provider: principal.AWS, Account: "222222222222", Regions: []string{"us-east-1"}}
)

func account(id string) principal.Principal {
	return principal.Principal{Kind: principal.Account, ID: id}
}

func grants(principals ...principal.Principal) []reconcile.Grant {
	list := []reconcile.Grant{}
	for _, p := range principals {
		list = append(list, reconcile.Grant{Principal: p})
	}
	return list
}

// picture is an available image.
func picture(owner reconcile.Owner, region, name string) reconcile.Image {
	return reconcile.Image{Image: principal.Image{Provider: owner.Provider, Account: owner.Account, Region: region, ID: "ami-" + name},
		Name: name, State: reconcile.Available, Created: day(-1)}
}

// share adds an exclusive share of the images of that name in all the owner's
// regions, and returns it for changes.
func (e *estate) share(owner reconcile.Owner, name string, granted ...principal.Principal) *reconcile.Declaration {
	e.declarations.Shares = append(e.declarations.Shares, reconcile.Declaration{Share: fmt.Sprintf("%03d-%s", len(e.declarations.Shares), name), Owner: owner.Name,
		Lanes: owner.Lanes(), Selector: reconcile.Selector{Name: name}, Mode: reconcile.Exclusive, Grants: grants(granted...)})
	return &e.declarations.Shares[len(e.declarations.Shares)-1]
}

// single adds one image of the lab that goes from has to wants.
func (e *estate) single(name string, has, wants []principal.Principal) principal.Image {
	image := picture(lab, "us-east-1", name)
	e.cloud.put(image, has...)
	e.share(lab, name, wants...)
	return image.Image
}

func who(p ...principal.Principal) []principal.Principal { return p }

func (e *estate) request() run.Request {
	return run.Request{Declarations: e.declarations, Scope: e.scope, At: e.at, Carriers: e.carriers, Limits: e.limits}
}

func (e *estate) plan() (*reconcile.Plan, *run.View) {
	return run.Plan(context.Background(), e.request(), e.cloud.openReader, e.options)
}

func (e *estate) apply(plan *reconcile.Plan, view *run.View) *reconcile.Result {
	return run.Apply(context.Background(), e.declarations, plan, view, e.carriers, e.cloud.openWriter, e.options)
}

// run plans and applies.
func (e *estate) run() (*reconcile.Plan, *reconcile.Result) {
	plan, view := e.plan()
	return plan, e.apply(plan, view)
}

// outcomes writes a result as "verb principal: status" in the order of the plan.
func outcomes(r *reconcile.Result) []string {
	list := []string{}
	for _, o := range r.Outcomes {
		list = append(list, fmt.Sprintf("%s %s: %s", o.Change.Verb, o.Change.Principal.Principal, o.Status))
	}
	return list
}

func short(changes []reconcile.Change) []string {
	list := []string{}
	for _, c := range changes {
		list = append(list, fmt.Sprintf("%s %s %s", c.Image.ID, c.Verb, c.Principal.Principal))
	}
	return list
}
