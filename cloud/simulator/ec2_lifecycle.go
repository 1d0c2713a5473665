package simulator

// disableImage takes every launch permission with it.
// (EC2 API Reference, DisableImage)
func disableImage() action {
	return lifecycle(func(v version) (version, bool) {
		v.permissions = nil
		fits := v.state == StateAvailable || v.state == StateDisabled
		v.state = StateDisabled
		return v, fits
	})
}

// enableImage does not bring the launch permissions back.
// (EC2 API Reference, EnableImage)
func enableImage() action {
	return lifecycle(func(v version) (version, bool) {
		fits := v.state == StateAvailable || v.state == StateDisabled
		v.state = StateAvailable
		return v, fits
	})
}

// deregisterImage removes an image for good. Its snapshots stay.
// (EC2 API Reference, DeregisterImage)
func deregisterImage() action {
	return lifecycle(func(v version) (version, bool) {
		v.state = StateDeregistered
		v.permissions = nil
		return v, true
	})
}

// lifecycle is an action by which the owner moves an image to another state; move
// returns false where the state does not permit it.
func lifecycle(move func(version) (version, bool)) action {
	return action{
		parameters: []string{"ImageId", "DryRun"},
		resource:   imageARN,
		run: func(r *request, out *xmlWriter) error {
			r.cloud.mu.Lock()
			defer r.cloud.mu.Unlock()
			i, err := r.ownImage()
			if err != nil {
				return err
			}
			next, fits := move(i.current())
			if !fits {
				return imageUnavailable(i.ID)
			}
			r.commit(i, next)
			out.bool("return", true)
			return nil
		},
	}
}
