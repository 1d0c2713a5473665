package simulator

import "time"

// States of block public access for AMIs.
// (EC2 API Reference, GetImageBlockPublicAccessState)
const (
	blockNewSharing = "block-new-sharing"
	unblocked       = "unblocked"
)

// publicBlock is the setting of one lane. A change takes effect at since; until then
// the former state holds.
type publicBlock struct {
	managedBy      string
	former, latest string
	since          time.Time
}

func (b *publicBlock) state(now time.Time) string {
	if now.Before(b.since) {
		return b.former
	}
	return b.latest
}

// newPublicBlocks takes the settings of a cloud file and adds the default of lanes that
// have a public image.
func newPublicBlocks(settings []BlockPublicAccess, images map[string]*image) map[lane]*publicBlock {
	blocks := map[lane]*publicBlock{}
	for _, i := range images {
		if i.current().permissions.public() {
			blocks[lane{i.Owner, i.Region}] = &publicBlock{managedBy: "account", latest: unblocked}
		}
	}
	for _, b := range settings {
		managedBy := b.ManagedBy
		if managedBy == "" {
			managedBy = "account"
		}
		blocks[lane{b.Account, b.Region}] = &publicBlock{managedBy: managedBy, latest: b.State}
	}
	return blocks
}

// publicBlock returns the setting of a lane. The caller holds mu.
func (c *cloud) publicBlock(l lane) *publicBlock {
	if b := c.blocks[l]; b != nil {
		return b
	}
	return &publicBlock{managedBy: "account", latest: blockNewSharing}
}

func getImageBlockPublicAccessState() action {
	return action{
		parameters: []string{"DryRun"},
		run: func(r *request, out *xmlWriter) error {
			r.cloud.mu.RLock()
			defer r.cloud.mu.RUnlock()
			b := r.cloud.publicBlock(lane{r.caller.account, r.call.Region})
			out.text("imageBlockPublicAccessState", b.state(r.now))
			out.text("managedBy", b.managedBy)
			return nil
		},
	}
}

func enableImageBlockPublicAccess() action {
	return action{
		parameters: []string{"ImageBlockPublicAccessState", "DryRun"},
		run: func(r *request, out *xmlWriter) error {
			if state := r.query.get("ImageBlockPublicAccessState"); state != blockNewSharing {
				return invalidValue("ImageBlockPublicAccessState", state)
			}
			return r.setPublicBlock(out, blockNewSharing)
		},
	}
}

func disableImageBlockPublicAccess() action {
	return action{
		parameters: []string{"DryRun"},
		run:        func(r *request, out *xmlWriter) error { return r.setPublicBlock(out, unblocked) },
	}
}

// setPublicBlock changes the setting of the caller's lane, after the delay that the
// cloud file asks for, and answers with the state to come. Under a declarative policy
// the account cannot; the code for that is not documented.
func (r *request) setPublicBlock(out *xmlWriter, state string) error {
	r.cloud.mu.Lock()
	defer r.cloud.mu.Unlock()
	l := lane{r.caller.account, r.call.Region}
	b := *r.cloud.publicBlock(l)
	if b.managedBy == "declarative-policy" {
		return refuse("OperationNotPermitted", "This setting is managed by a declarative policy.")
	}
	if r.fault.Kind != FaultSuccessWithoutEffect {
		b.former, b.latest, b.since = b.state(r.now), state, r.now.Add(r.behaviour.BlockPublicAccessDelay)
		r.cloud.blocks[l] = &b
	}
	out.text("imageBlockPublicAccessState", state)
	return nil
}
