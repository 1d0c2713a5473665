package simulator

import "slices"

// Write is one effective change of an image: what was before and what is after.
type Write struct {
	// Call made the change; the zero Call stands for another actor, see Server.Share.
	Call                    Call
	Account, Region, Image  string // Account owns the image
	Before, After           []LaunchPermission
	StateBefore, StateAfter string
}

// write makes next the current version of an image. It does nothing where nothing
// changes: that is no write. The caller holds the cloud's mu.
func (s *Server) write(i *image, next version) {
	before := i.current()
	if next.state == before.state && next.description == before.description && next.permissions.equal(before.permissions) {
		return
	}
	i.versions = append(i.versions, next)
	if s.options.OnWrite == nil {
		return
	}
	s.options.OnWrite(Write{
		Call:        next.call,
		Account:     i.Owner,
		Region:      i.Region,
		Image:       i.ID,
		Before:      slices.Clone(before.permissions),
		After:       slices.Clone(next.permissions),
		StateBefore: before.state,
		StateAfter:  next.state,
	})
}

// commit is Server.write for a call, which a fault may keep from having an effect.
func (r *request) commit(i *image, next version) {
	if r.fault.Kind == FaultSuccessWithoutEffect {
		return
	}
	next.at, next.call = r.options.Clock.Now(), r.call
	r.write(i, next)
}
