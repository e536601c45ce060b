"""What an outage needs in writing before the public hears: sheet, permit, leader's word."""
