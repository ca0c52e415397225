"""The numbers of the pretended world, by what they are about."""
