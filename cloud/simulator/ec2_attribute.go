package simulator

// describeImageAttribute reads one attribute of one image. Only the owner may.
// (EC2 API Reference, DescribeImageAttribute)
func describeImageAttribute() action {
	return action{
		parameters: []string{"ImageId", "Attribute", "DryRun"},
		run: func(r *request, out *xmlWriter) error {
			r.cloud.mu.RLock()
			defer r.cloud.mu.RUnlock()
			i, err := r.ownImage()
			if err != nil {
				return err
			}
			v, ok := r.read(i)
			if !ok {
				return imageNotFound(i.ID)
			}
			return writeAttribute(r, out, i, v)
		},
	}
}

func writeAttribute(r *request, out *xmlWriter, i *image, v version) error {
	attribute := r.query.get("Attribute")
	switch attribute {
	case "":
		return missingParameter("Attribute")
	case "blockDeviceMapping":
		// Documented to fail for everyone; DescribeImages tells.
		return refuse("AuthFailure", "Unauthorized attempt to access restricted resource")
	case "launchPermission", "description", "productCodes":
	default:
		return invalidValue("Attribute", attribute)
	}
	out.text("imageId", i.ID)
	out.element(attribute, func() {
		switch attribute {
		case "launchPermission":
			for _, entry := range v.permissions {
				out.element("item", func() { writePermission(out, entry) })
			}
		case "description":
			out.optional("value", v.description)
		case "productCodes":
			writeProductCodes(out, i)
		}
	})
	return nil
}

func writePermission(out *xmlWriter, p LaunchPermission) {
	out.optional("group", p.Group)
	out.optional("userId", p.UserID)
	out.optional("organizationArn", p.OrganizationArn)
	out.optional("organizationalUnitArn", p.OrganizationalUnitArn)
}

func writeProductCodes(out *xmlWriter, i *image) {
	for _, code := range i.ProductCodes {
		out.element("item", func() {
			out.text("productCode", code)
			out.text("type", "marketplace")
		})
	}
}

// resetImageAttribute removes every launch permission, the public one too.
// (EC2 API Reference, ResetImageAttribute)
func resetImageAttribute() action {
	return action{
		parameters: []string{"ImageId", "Attribute", "DryRun"},
		resource:   imageARN,
		run: func(r *request, out *xmlWriter) error {
			r.cloud.mu.Lock()
			defer r.cloud.mu.Unlock()
			i, err := r.shareableImage()
			if err != nil {
				return err
			}
			if attribute := r.query.get("Attribute"); attribute != "launchPermission" {
				return invalidValue("Attribute", attribute)
			}
			next := i.current()
			next.permissions = nil
			r.commit(i, next)
			out.bool("return", true)
			return nil
		},
	}
}

// cancelImageLaunchPermission lets a consumer give up what was shared with its own
// account, and with nothing wider. (EC2 User Guide, Cancel having an AMI shared with
// your account. The code for the other cases is not documented.)
func cancelImageLaunchPermission() action {
	return action{
		parameters: []string{"ImageId", "DryRun"},
		resource:   imageARN,
		run: func(r *request, out *xmlWriter) error {
			r.cloud.mu.Lock()
			defer r.cloud.mu.Unlock()
			i, err := r.namedImage()
			if err != nil {
				return err
			}
			own := LaunchPermission{UserID: r.caller.account}
			next := i.current()
			if !next.permissions.has(own) {
				return refuse("OperationNotPermitted", "The image '%s' is not shared with the account %s itself", i.ID, own.UserID)
			}
			next.permissions = next.permissions.change(nil, []LaunchPermission{own})
			r.commit(i, next)
			out.bool("return", true)
			return nil
		},
	}
}
