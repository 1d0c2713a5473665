package simulator

// disableImage takes every launch permission with it.
// (EC2 API Reference, DisableImage)
func disableImage() action { return lifecycle(version.disable) }

// enableImage does not bring the launch permissions back.
// (EC2 API Reference, EnableImage)
func enableImage() action { return lifecycle(version.enable) }

// deregisterImage removes an image for good. Its snapshots stay.
// (EC2 API Reference, DeregisterImage)
func deregisterImage() action { return lifecycle(version.deregister) }

func (v version) disable() (version, bool) {
	fits := v.state == StateAvailable || v.state == StateDisabled
	v.state, v.permissions = StateDisabled, nil
	return v, fits
}

func (v version) enable() (version, bool) {
	fits := v.state == StateAvailable || v.state == StateDisabled
	v.state = StateAvailable
	return v, fits
}

func (v version) deregister() (version, bool) {
	v.state, v.permissions = StateDeregistered, nil
	return v, true
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
