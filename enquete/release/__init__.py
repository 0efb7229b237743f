"""From a frozen table to what is published."""
