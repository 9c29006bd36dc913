from crosstenant.model.kubernetes.documents import document, owned_by_stack


def test_stack_repairs_its_own_objects_by_force_and_keeps_their_annotations():
    found = document("v1", "Namespace", "apps", annotations={"pulumi.com/waitFor": "condition=Ready"})
    owned = owned_by_stack(found)
    assert owned["metadata"] == {
        "name": "apps",
        "labels": {"app.kubernetes.io/managed-by": "crosstenant"},
        "annotations": {"pulumi.com/waitFor": "condition=Ready", "pulumi.com/patchForce": "true"},
    }
    assert found != owned
    assert {**owned, "metadata": found["metadata"]} == found
