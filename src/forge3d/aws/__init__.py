"""Bundles on S3 and CloudFront, or in a folder behind any web server: publish, roll back, verify, clean up, take in.

forge3d.aws.publish.publish, forge3d.aws.history.versions and .rollback, forge3d.aws.store.open_store
"""
